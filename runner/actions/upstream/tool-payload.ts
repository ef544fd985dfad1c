import { actionsOf } from "../define.ts";
import { ANY } from "../schema.ts";

/** What a tool returned to a caller other than the agent: its JSON, or its text. */
export function toolPayload(result: unknown): unknown {
  const { content, details } = (result ?? {}) as { content?: unknown; details?: unknown };
  if (details !== undefined && details !== null) return details;
  if (!Array.isArray(content)) return result;
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
    run: (_context, { result }) => toolPayload(result),
  }),
}));
