import { actionsOf } from "../define.ts";
import { ANY } from "../schema.ts";

/** A value that came as JSON. */
type Json = string | number | boolean | null | undefined | Json[] | { [key: string]: Json };

/** What a tool returned to a caller other than the agent: its JSON, or its text. */
export function toolPayload(result: unknown): Json {
  const { content, details } = (result ?? {}) as { content?: unknown; details?: Json };
  if (details !== undefined && details !== null) return details;
  if (!Array.isArray(content)) return result as Json;
  const texts = content.flatMap((block: { text?: unknown }) =>
    typeof block?.text === "string" ? [block.text] : [],
  );
  const text = texts.join("\n");
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}

export const toolPayloadActions = actionsOf("tools", (define) => ({
  extractQaToolPayload: define({
    summary: "What a tool's result says: its `details`, else its text, parsed if it is JSON.",
    params: { result: { description: "for instance of `callPluginToolsMcp`" } },
    main: "result",
    positional: ["result"],
    returns: { ...ANY, optional: true },
    effect: "reads",
    sync: true,
    run: (_context, { result }) => toolPayload(result),
  }),
}));
