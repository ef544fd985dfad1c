import { join } from "node:path";
import { QaError } from "../../base/errors.ts";
import type { JsonObject } from "../../base/json.ts";
import type { GatewayIdentity } from "../../gateway/gateway.ts";
import { HealthProbe, type ProbeOptions, type ProbeResult } from "../../gateway/health-probe.ts";
import { type ActionContext, actionsOf, ENV_PARAMETER } from "../define.ts";
import { waitForChannelReady } from "./gateway.ts";
import { readStateFile } from "./state-file.ts";

const RESTART_TIMEOUT_MS = 60_000;
const SENTINEL_FILE = "restart-sentinel.json";

/** Waits for another process behind the same address, until it can work. */
async function waitForRestart(
  context: ActionContext,
  _env: object,
  before: GatewayIdentity,
  { timeoutMs = RESTART_TIMEOUT_MS }: { timeoutMs?: number } = {},
): Promise<GatewayIdentity> {
  const deadline = performance.now() + timeoutMs;
  const after = await context.gateway.waitForNewBoot(before.bootId, { timeoutMs, signal: context.signal() });
  await waitForChannelReady(context, Math.max(1, deadline - performance.now()));
  return after;
}

async function expectNoRestart(
  context: ActionContext,
  _env: object,
  before: GatewayIdentity,
): Promise<GatewayIdentity> {
  const after = await context.gateway.identity({ signal: context.signal() });
  if (after.bootId === before.bootId) return after;
  throw new QaError(`the gateway restarted: boot ${before.bootId} became ${after.bootId}`, {
    code: "unexpected-restart",
    fault: "product",
    hint: "The gateway's log names the reason of every restart.",
  });
}

function startHealthProbe(context: ActionContext, _env: object, options?: ProbeOptions): HealthProbe {
  const probe = new HealthProbe(context.gateway, options);
  context.teardown.defer("health probe", () => probe.stop());
  probe.start();
  return probe;
}

async function stopHealthProbe(
  _context: ActionContext,
  _env: object,
  probe: unknown,
): Promise<ProbeResult | undefined> {
  if (probe instanceof HealthProbe) return probe.stop();
  throw new QaError("stopHealthProbe: the probe must be what startHealthProbe returned", {
    code: "bad-argument",
    fault: "scenario",
  });
}

/** The sentinel as it lies on disk, not what the gateway makes of it. */
async function readRestartSentinel(context: ActionContext): Promise<JsonObject | undefined> {
  const path = join(context.gateway.stateDir, SENTINEL_FILE);
  const sentinel = await readStateFile<JsonObject>(path, SENTINEL_FILE);
  if (sentinel !== undefined) context.observed(SENTINEL_FILE, sentinel);
  return sentinel;
}

const BEFORE_PARAMETER = {
  name: "before",
  type: "object",
  description: "from `readGatewayIdentity`",
} as const;

export const restartActions = actionsOf("restart", (define) => ({
  waitForRestart: define({
    summary:
      "Waits until another gateway process than that of `before` is ready and its QA channel connected. It may have restarted already.",
    params: [
      ENV_PARAMETER,
      BEFORE_PARAMETER,
      { name: "options", type: "{ timeoutMs?: number }", optional: true, description: "default 60 000" },
    ],
    returns: "the identity of the new process",
    effect: "reads",
    budgetMs: ([, , options]) =>
      (options as { timeoutMs?: number } | undefined)?.timeoutMs ?? RESTART_TIMEOUT_MS,
    run: waitForRestart,
  }),
  expectNoRestart: define({
    summary: "Fails unless the gateway is still the process that it was at `before`.",
    params: [ENV_PARAMETER, BEFORE_PARAMETER],
    returns: "the identity now",
    effect: "reads",
    run: expectNoRestart,
  }),
  startHealthProbe: define({
    summary:
      "Begins to ask the gateway for its health, over HTTP and over RPC, many times a second; goes on until it is stopped or the scenario ends.",
    params: [
      ENV_PARAMETER,
      {
        name: "options",
        type: "{ intervalMs?: number, httpOnly?: boolean }",
        optional: true,
        description:
          "pause between two checks, default 10; `httpOnly` leaves RPC out. Both spare a slow gateway",
      },
    ],
    returns: "the probe, for `stopHealthProbe`",
    effect: "reads",
    run: startHealthProbe,
  }),
  stopHealthProbe: define({
    summary: "Ends a probe and says for how long the gateway was away at most.",
    params: [ENV_PARAMETER, { name: "probe", type: "object", description: "from `startHealthProbe`" }],
    returns:
      "{ durationMs, longestGapMs, http, rpc }; each of the two { checks, failures, longestGapMs, lastFailure? }",
    effect: "reads",
    run: stopHealthProbe,
  }),
  readRestartSentinel: define({
    summary: "The restart sentinel that lies in the gateway's state folder, for the next process to find.",
    params: [ENV_PARAMETER],
    returns: "{ version, payload }, or undefined when there is none",
    effect: "reads",
    needs: "config-file",
    run: readRestartSentinel,
  }),
  signalGateway: define({
    summary: "Sends a signal to the gateway process, for instance `SIGUSR1` or `SIGKILL`.",
    params: [ENV_PARAMETER, { name: "signal", type: "string", description: "its name" }],
    returns: "nothing",
    needs: "process",
    run: (context, _env: object, signal: NodeJS.Signals) => context.gateway.signalProcess(signal),
  }),
}));
