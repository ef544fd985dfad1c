import { QaError } from "../../base/errors.ts";
import { type ActionContext, actionsOf, ENV_PARAMETER } from "../define.ts";
import { liveTurnTimeout } from "../env/core.ts";

const CREATE_TIMEOUT_MS = 60_000;

/** @returns the session's key; the gateway makes one up where none is given */
export async function createSession(context: ActionContext, label: string, key?: string): Promise<string> {
  const created = await context.gateway.call(
    "sessions.create",
    { label, ...(key ? { key } : {}) },
    { signal: context.signal(), timeoutMs: liveTurnTimeout(context.providerMode, CREATE_TIMEOUT_MS) },
  );
  if (typeof created.key === "string" && created.key !== "") return created.key;
  throw new QaError("sessions.create returned no key", { code: "bad-answer", fault: "product" });
}

export const sessionActions = actionsOf("sessions", (define) => ({
  createSession: define({
    summary: "Creates a session (or returns the one with this key).",
    params: [
      ENV_PARAMETER,
      { name: "label", type: "string", description: "shown in session lists" },
      {
        name: "key",
        type: "string",
        optional: true,
        description: "session key; the gateway makes one otherwise",
      },
    ],
    returns: "the session key",
    effect: "converses",
    budgetMs: () => CREATE_TIMEOUT_MS,
    run: (context, _env: object, label: string, key?: string) => createSession(context, label, key),
  }),
}));
