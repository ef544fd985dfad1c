import { QaError } from "../../base/errors.ts";
import type { JsonObject } from "../../base/json.ts";
import type { GatewayIdentity } from "../../gateway/gateway.ts";
import { type ActionContext, actionsOf, ENV_PARAMETER } from "../define.ts";
import { waitIn } from "../wait.ts";

const HEALTH_TIMEOUT_MS = 45_000;
const TIMEOUT_PARAMETER = {
  name: "timeoutMs",
  type: "number",
  optional: true,
  description: "milliseconds; default 45 000",
} as const;

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
    async () =>
      isChannelRunning(await context.gateway.call("channels.status", {}, { signal: context.signal() })),
    { timeoutMs },
  );
}

function isChannelRunning(status: JsonObject): boolean {
  const accounts = (status.channelAccounts as Record<string, JsonObject[]> | undefined)?.["qa-channel"] ?? [];
  return accounts.some(
    (account) => account.running === true && account.connected !== false && account.restartPending !== true,
  );
}

async function fetchJson(context: ActionContext, url: string, timeoutMs = 15_000): Promise<unknown> {
  const signal = AbortSignal.any([context.signal(), AbortSignal.timeout(timeoutMs)]);
  const response = await fetch(url, { signal });
  if (!response.ok) {
    await response.body?.cancel();
    throw new QaError(`GET ${url} answered ${response.status}`, { code: "http-status", fault: "product" });
  }
  return response.json();
}

/**
 * Compares who the process is now with who it was. A restart shows as another boot id; a change that
 * was not applied shows as a generation that did not move.
 */
async function expectHotReload(
  context: ActionContext,
  _env: object,
  before: GatewayIdentity,
  { reloads = 1 }: { reloads?: number } = {},
): Promise<GatewayIdentity> {
  const after = await context.gateway.identity({ signal: context.signal() });
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
      `expected at least ${reloads} hot reload(s), saw ${applied}: ${who(before)}, now ${who(after)}`,
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
    params: [
      { name: "url", type: "string", description: "an absolute address" },
      { name: "timeoutMs", type: "number", optional: true, description: "milliseconds; default 15 000" },
    ],
    returns: "the parsed body",
    effect: "reads",
    budgetMs: ([, timeoutMs]) => Number(timeoutMs ?? 15_000),
    run: fetchJson,
  }),
  waitForGatewayHealthy: define({
    summary: "Waits until the gateway is ready (`/readyz`) and answers RPC.",
    params: [ENV_PARAMETER, TIMEOUT_PARAMETER],
    returns: "nothing",
    effect: "reads",
    budgetMs: ([, timeoutMs]) => Number(timeoutMs ?? HEALTH_TIMEOUT_MS),
    run: (context, _env: object, timeoutMs: number = HEALTH_TIMEOUT_MS) =>
      context.gateway.waitHealthy(timeoutMs, context.signal()),
  }),
  waitForTransportReady: define({
    summary: "Waits until the gateway's QA channel is connected to the bus.",
    params: [ENV_PARAMETER, TIMEOUT_PARAMETER],
    returns: "nothing",
    effect: "reads",
    needs: "qa-channel",
    aliases: ["waitForChannelReady", "waitForQaChannelReady"],
    budgetMs: ([, timeoutMs]) => Number(timeoutMs ?? HEALTH_TIMEOUT_MS),
    run: (context, _env: object, timeoutMs?: number) => waitForChannelReady(context, timeoutMs),
  }),
  readGatewayIdentity: define({
    summary:
      "Who the gateway process is: `bootId` changes with every process start, `generation` counts the config changes applied since.",
    params: [ENV_PARAMETER],
    returns: "{ bootId, pid, version, generation }",
    effect: "reads",
    run: (context) => context.gateway.identity({ signal: context.signal() }),
  }),
  expectHotReload: define({
    summary:
      "Fails unless the gateway is still the process it was at `before` and has applied at least `reloads` changes since.",
    params: [
      ENV_PARAMETER,
      { name: "before", type: "object", description: "from `readGatewayIdentity`" },
      { name: "options", type: "{ reloads?: number }", optional: true, description: "default one reload" },
    ],
    returns: "the identity now",
    effect: "reads",
    run: expectHotReload,
  }),
}));
