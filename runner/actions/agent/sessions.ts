import { QaError } from "../../base/errors.ts";
import type { ActionContext } from "../context.ts";
import { actionsOf } from "../define.ts";
import { liveTurnTimeout } from "../env/core.ts";
import { STRING } from "../schema.ts";

const CREATE_TIMEOUT_MS = 60_000;

/** @returns the session's key; the gateway makes one up where none is given */
export async function createSession(context: ActionContext, label: string, key?: string): Promise<string> {
  const timeoutMs = liveTurnTimeout(context.providerMode, CREATE_TIMEOUT_MS);
  const created = await context.call("sessions.create", { label, ...(key ? { key } : {}) }, { timeoutMs });
  if (typeof created.key === "string" && created.key !== "") return created.key;
  throw new QaError("sessions.create returned no key", { code: "bad-answer", fault: "product" });
}

/** What a statement says of the session that it is about. */
export const SESSION = {
  ...STRING,
  optional: true,
  names: "session",
  description: "name of a session of the scenario's own, or a whole key; default: one that its turns share",
} as const;

/** The key of the session that a statement names. */
export function sessionKeyOf({ agentId, scene }: ActionContext, name = scene.session): string {
  return name.startsWith("agent:") ? name : `agent:${agentId}:${name}`;
}

export const sessionActions = actionsOf("sessions", (define) => ({
  createSession: define({
    summary: "Creates a session (or returns the one with this key).",
    params: {
      label: { ...STRING, description: "shown in session lists" },
      key: { ...STRING, optional: true, description: "session key; the gateway makes one otherwise" },
    },
    main: "label",
    positional: ["env", "label", "key"],
    inSteps: "`session` of `ask` and `startTurn`",
    returns: { ...STRING, description: "the session key" },
    effect: "converses",
    budgetMs: () => CREATE_TIMEOUT_MS,
    run: (context, { label, key }) => createSession(context, label, key),
  }),
}));
