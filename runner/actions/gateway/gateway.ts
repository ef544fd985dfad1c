import { QaError } from "../../base/errors.ts";
import type { JsonObject } from "../../base/json.ts";
import { stretched } from "../../base/slow.ts";
import { plural } from "../../base/text.ts";
import { timeoutSignal } from "../../base/timers.ts";
import type { GatewayIdentity } from "../../gateway/gateway.ts";
import type { ActionContext } from "../context.ts";
import { actionsOf, members } from "../define.ts";
import { ANY, milliseconds, NOTHING, NUMBER, STRING, type ValuesOf } from "../schema.ts";
import { waitIn } from "../wait.ts";
import { BEFORE, IDENTITY } from "./schemas.ts";

const HEALTH_TIMEOUT_MS = 45_000;

/**
 * Waits until the channel account is connected, judged by what `channels.status` reports. A gateway that was not
 * started with the run's channel has none to wait for.
 */
export async function waitForChannelReady(
  context: ActionContext,
  timeoutMs = HEALTH_TIMEOUT_MS,
): Promise<void> {
  if (!context.gateway.capabilities.has("qa-channel")) return;
  await waitIn(
    context,
    "the QA channel to be connected (channels.status)",
    async () => isChannelRunning(await context.call("channels.status", {})),
    { timeoutMs },
  );
}

/** Whether the gateway says that its QA channel is connected, by the answer of `channels.status`. */
export function isChannelRunning(status: JsonObject): boolean {
  const accounts = (status.channelAccounts as Record<string, JsonObject[]> | undefined)?.["qa-channel"] ?? [];
  return accounts.some(
    (account) => account.running === true && account.connected !== false && account.restartPending !== true,
  );
}

const FETCH_PARAMS = {
  url: { ...STRING, description: "an absolute address" },
  timeoutMs: milliseconds(15_000),
} as const;

async function fetchJson(
  context: ActionContext,
  { url, timeoutMs }: ValuesOf<typeof FETCH_PARAMS>,
): Promise<unknown> {
  const signal = AbortSignal.any([context.signal(), timeoutSignal(stretched(timeoutMs))]);
  const response = await fetch(url, { signal });
  if (!response.ok) {
    await response.body?.cancel();
    throw new QaError(`GET ${url} answered ${response.status}`, { code: "http-status", fault: "product" });
  }
  return response.json();
}

const HOT_RELOAD_PARAMS = {
  before: BEFORE,
  reloads: { ...NUMBER, default: 1, description: "at least so many" },
} as const;

/**
 * Compares who the process is now with who it was. A restart shows as another boot id; a change that
 * was not applied shows as a generation that did not move.
 */
async function expectHotReload(
  context: ActionContext,
  { before, reloads }: ValuesOf<typeof HOT_RELOAD_PARAMS>,
): Promise<GatewayIdentity> {
  const after = await context.identity();
  const who = (identity: GatewayIdentity) => `boot ${identity.bootId}, generation ${identity.generation}`;
  if (after.bootId !== before.bootId) {
    throw new QaError(`the gateway restarted: ${who(before)} became ${who(after)}`, {
      code: "unexpected-restart",
      fault: "product",
      hint: "The change was expected to be applied hot. The reload plan in the gateway's log names the reason.",
    });
  }
  const applied = after.generation - before.generation;
  if (applied < reloads) {
    throw new QaError(
      `expected at least ${plural(reloads, "hot reload")}, saw ${applied}: ${who(before)}, now ${who(after)}`,
      {
        code: "reload-missing",
        fault: "product",
      },
    );
  }
  return after;
}

export const gatewayActions = actionsOf("gateway", (define) => ({
  fetchJson: define({
    summary: "GETs a URL and parses its JSON body. An HTTP error status is an error.",
    params: FETCH_PARAMS,
    main: "url",
    positional: ["url", "timeoutMs"],
    returns: { ...ANY, description: "the parsed body" },
    statement: "acts",
    effect: "reads",
    budgetMs: ({ timeoutMs }) => timeoutMs,
    run: fetchJson,
  }),
  waitForGatewayHealthy: define({
    summary: "Waits until the gateway is ready (`/readyz`) and answers RPC.",
    params: { timeoutMs: milliseconds(HEALTH_TIMEOUT_MS) },
    main: "timeoutMs",
    positional: ["env", "timeoutMs"],
    inSteps: "`expectHealth`",
    returns: NOTHING,
    effect: "reads",
    budgetMs: ({ timeoutMs }) => timeoutMs,
    run: (context, { timeoutMs }) => context.waitHealthy(timeoutMs),
  }),
  waitForTransportReady: define({
    summary: "Waits until the gateway's QA channel is connected to the bus.",
    params: { timeoutMs: milliseconds(HEALTH_TIMEOUT_MS) },
    main: "timeoutMs",
    positional: ["env", "timeoutMs"],
    inSteps: "`expectChannel`",
    returns: NOTHING,
    effect: "reads",
    needs: "qa-channel",
    budgetMs: ({ timeoutMs }) => timeoutMs,
    run: (context, { timeoutMs }) => waitForChannelReady(context, timeoutMs),
  }),
  readGatewayIdentity: define({
    summary:
      "Who the gateway process is: `bootId` changes with every process start, `generation` counts the config changes applied since.",
    positional: ["env"],
    inSteps: "`expectGateway`",
    returns: IDENTITY,
    effect: "reads",
    run: (context) => context.identity(),
  }),
  expectHotReload: define({
    summary:
      "Fails unless the gateway is still the process it was at `before` and has applied at least `reloads` changes since.",
    params: HOT_RELOAD_PARAMS,
    main: "reloads",
    positional: ["env", "before", members("options?")],
    inSteps: "`expectReload`, or `reload: hot` beside the change",
    returns: IDENTITY,
    effect: "reads",
    run: expectHotReload,
  }),
}));
