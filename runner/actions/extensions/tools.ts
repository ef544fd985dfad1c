import { SESSION_KEY } from "../agent/schemas.ts";
import type { ActionContext } from "../context.ts";
import { actionsOf } from "../define.ts";
import { liveTurnTimeout } from "../env/core.ts";
import { opaque } from "../schema.ts";

const EFFECTIVE_TIMEOUT_MS = 90_000;

interface EffectiveTool {
  id?: string;
  source?: string;
  pluginId?: string;
}

/** Ids of the tools that the next turn of the session would offer the model. */
export async function effectiveTools(context: ActionContext, sessionKey: string): Promise<Set<string>> {
  return new Set((await toolOwners(context, sessionKey)).keys());
}

/** The same with the plugin that each belongs to; null for one of the gateway's own. */
export async function toolOwners(
  context: ActionContext,
  sessionKey: string,
): Promise<Map<string, string | null>> {
  const timeoutMs = liveTurnTimeout(context.providerMode, EFFECTIVE_TIMEOUT_MS);
  const answer = await context.call("tools.effective", { sessionKey }, { timeoutMs });
  const groups = (answer.groups ?? []) as { tools?: EffectiveTool[] }[];
  return new Map(
    groups
      .flatMap(({ tools = [] }) => tools)
      .flatMap(({ id, pluginId = null }) => (id ? [[id, pluginId] as const] : [])),
  );
}

export const toolActions = actionsOf("tools", (define) => ({
  readEffectiveTools: define({
    summary: "Ids of the tools that the next turn of this session would offer the model (`tools.effective`).",
    params: { sessionKey: SESSION_KEY },
    main: "sessionKey",
    positional: ["env", "sessionKey"],
    inSteps: "`expectTool`",
    returns: opaque("Set of tool ids"),
    effect: "reads",
    budgetMs: () => EFFECTIVE_TIMEOUT_MS,
    run: (context, { sessionKey }) => effectiveTools(context, sessionKey),
  }),
}));
