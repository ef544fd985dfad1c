import { SESSION_KEY_PARAMETER } from "../agent/transcripts.ts";
import { type ActionContext, actionsOf, ENV_PARAMETER } from "../define.ts";
import { liveTurnTimeout } from "../env/core.ts";

const EFFECTIVE_TIMEOUT_MS = 90_000;

/** Ids of the tools that the next turn of the session would offer the model. */
export async function effectiveTools(context: ActionContext, sessionKey: string): Promise<Set<string>> {
  const answer = await context.gateway.call(
    "tools.effective",
    { sessionKey },
    { signal: context.signal(), timeoutMs: liveTurnTimeout(context.providerMode, EFFECTIVE_TIMEOUT_MS) },
  );
  const groups = (answer.groups ?? []) as { tools?: { id?: string }[] }[];
  return new Set(groups.flatMap((group) => group.tools ?? []).flatMap((tool) => (tool.id ? [tool.id] : [])));
}

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

export const toolActions = actionsOf("tools", (define) => ({
  readEffectiveTools: define({
    summary: "Ids of the tools that the next turn of this session would offer the model (`tools.effective`).",
    params: [ENV_PARAMETER, SESSION_KEY_PARAMETER],
    returns: "Set of tool ids",
    effect: "reads",
    budgetMs: () => EFFECTIVE_TIMEOUT_MS,
    run: (context, _env: object, sessionKey: string) => effectiveTools(context, sessionKey),
  }),
  extractQaToolPayload: define({
    summary: "What a tool's result says: its `details`, else its text, parsed if it is JSON.",
    params: [{ name: "result", type: "unknown", description: "for instance of `callPluginToolsMcp`" }],
    returns: "unknown",
    effect: "reads",
    run: (_context, result: unknown) => toolPayload(result),
  }),
}));
