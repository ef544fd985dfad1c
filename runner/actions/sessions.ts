import { QaError } from "../errors.ts";
import { actionsOf, ENV_PARAMETER } from "./action.ts";
import { liveTurnTimeout } from "./core.ts";

const CREATE_TIMEOUT_MS = 60_000;

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
    run: async (context, _env: object, label: string, key?: string) => {
      const created = await context.gateway.call(
        "sessions.create",
        { label, ...(key ? { key } : {}) },
        { signal: context.signal(), timeoutMs: liveTurnTimeout(context.providerMode, CREATE_TIMEOUT_MS) },
      );
      if (typeof created.key === "string" && created.key !== "") return created.key;
      throw new QaError("sessions.create returned no key", { code: "bad-answer", fault: "product" });
    },
  }),
}));
