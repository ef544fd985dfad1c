import { stretched } from "../../base/slow.ts";
import { timeoutSignal } from "../../base/timers.ts";
import type { ActionContext } from "../context.ts";
import { actionsOf } from "../define.ts";
import { expectState } from "../scene/expect.ts";
import { BOOLEAN, matcherOf, open, record, STRINGS } from "../schema.ts";

const HEALTH = open(record({ ready: BOOLEAN }, { failing: STRINGS, ok: BOOLEAN }));
const READY_MS = 5_000;

/** What the gateway says of itself over HTTP and over RPC; one that does not answer is not ready. */
async function healthOf(context: ActionContext): Promise<object> {
  const signal = AbortSignal.any([context.signal(), timeoutSignal(stretched(READY_MS))]);
  const readiness = fetch(`${context.gateway.baseUrl}/readyz`, { signal })
    .then(async (response) => ({ ready: response.ok, ...((await response.json()) as object) }))
    .catch((error: unknown) => {
      if (context.signal().aborted) throw error;
      return { ready: false };
    });
  const [overHttp, overRpc] = await Promise.all([readiness, context.call("health", {})]);
  return { ...overRpc, ...overHttp };
}

export const healthStatements = actionsOf("gateway", (define) => ({
  expectHealth: define({
    summary: "The gateway's health: `ready` and `failing` from `/readyz`, the rest from `health` over RPC.",
    params: { health: matcherOf(HEALTH, "what it says") },
    main: "health",
    returns: HEALTH,
    statement: "expects",
    effect: "reads",
    run: (context, { health }) => expectState(context, "the health", health, () => healthOf(context)),
  }),
}));
