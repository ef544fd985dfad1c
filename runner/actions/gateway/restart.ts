import { join } from "node:path";
import { QaError } from "../../base/errors.ts";
import type { JsonObject } from "../../base/json.ts";
import { countdown } from "../../base/slow.ts";
import type { GatewayIdentity } from "../../gateway/gateway.ts";
import { HealthProbe, type ProbeOptions, type ProbeResult } from "../../gateway/health-probe.ts";
import { badArgument } from "../bad-argument.ts";
import type { ActionContext } from "../context.ts";
import { actionsOf, members } from "../define.ts";
import { untilEditTaken } from "../scene/hand-edit.ts";
import { BOOLEAN, milliseconds, NOTHING, NUMBER, OBJECT, opaque, record, STRING } from "../schema.ts";
import { waitForChannelReady } from "./gateway.ts";
import { BEFORE, IDENTITY, SIGNAL } from "./schemas.ts";
import { readStateFile } from "./state-file.ts";

const RESTART_TIMEOUT_MS = 60_000;
const SENTINEL_FILE = "restart-sentinel.json";

/** Waits for another process behind the same address until it is ready for work. */
async function waitForRestart(
  context: ActionContext,
  { before, timeoutMs }: { before: GatewayIdentity; timeoutMs: number },
): Promise<GatewayIdentity> {
  const left = countdown(timeoutMs);
  const after = await context.waitForNewBoot(before.bootId, timeoutMs);
  await waitForChannelReady(context, left());
  return after;
}

/** Without `before`, of a step: it looks again when the step ends. */
async function expectNoRestart(
  context: ActionContext,
  { before }: { before?: GatewayIdentity },
): Promise<GatewayIdentity> {
  if (before) return requireSameBoot(context, before);
  const { atStep } = context.scene;
  if (!atStep) throw badArgument("expectNoRestart: nothing says which process it is to be");
  const check = () => requireSameBoot(context, atStep);
  context.scene.later({
    until: "step",
    async check(allow) {
      await untilEditTaken(context, allow);
      await check();
    },
  });
  return check();
}

async function requireSameBoot(context: ActionContext, before: GatewayIdentity): Promise<GatewayIdentity> {
  const after = await context.identity();
  if (after.bootId === before.bootId) return after;
  throw new QaError(`the gateway restarted: boot ${before.bootId} became ${after.bootId}`, {
    code: "unexpected-restart",
    fault: "product",
    hint: "The gateway's log names the reason of every restart.",
  });
}

function startHealthProbe(context: ActionContext, options: ProbeOptions): HealthProbe {
  const probe = new HealthProbe(context.gateway, options);
  context.teardown.defer("health probe", () => probe.stop());
  probe.start();
  return probe;
}

async function stopHealthProbe(
  _context: ActionContext,
  { probe }: { probe: unknown },
): Promise<ProbeResult | undefined> {
  if (probe instanceof HealthProbe) return probe.stop();
  throw badArgument("stopHealthProbe: the probe must be what startHealthProbe returned");
}

/** The sentinel as it lies on disk, not what the gateway makes of it. */
async function readRestartSentinel(context: ActionContext): Promise<JsonObject | undefined> {
  const path = join(context.gateway.stateDir, SENTINEL_FILE);
  const sentinel = await readStateFile<JsonObject>(path, SENTINEL_FILE);
  if (sentinel !== undefined) context.observed(SENTINEL_FILE, sentinel);
  return sentinel;
}

const PROBE_SERIES = record(
  { checks: NUMBER, failures: NUMBER, longestGapMs: NUMBER },
  { lastFailure: STRING },
);

export const restartActions = actionsOf("restart", (define) => ({
  waitForRestart: define({
    summary:
      "Waits until a gateway process other than that of `before` is ready and its QA channel connected. It may have restarted already.",
    params: { before: BEFORE, timeoutMs: milliseconds(RESTART_TIMEOUT_MS) },
    main: "before",
    positional: ["env", "before", members("options?")],
    inSteps: "`expectRestart`",
    returns: IDENTITY,
    effect: "reads",
    budgetMs: ({ timeoutMs }) => timeoutMs,
    run: waitForRestart,
  }),
  expectNoRestart: define({
    summary:
      "Fails unless the gateway is still the process that it was at `before`, in a step: in all of the step, wherever it stands.",
    params: { before: { ...BEFORE, optional: true } },
    positional: ["env", { name: "before", takes: "value", optional: false }],
    returns: IDENTITY,
    statement: "expects",
    effect: "reads",
    run: expectNoRestart,
  }),
  startHealthProbe: define({
    summary:
      "Begins to ask the gateway for its health, over HTTP and over RPC, many times a second; goes on until it is stopped or the scenario ends.",
    params: {
      intervalMs: {
        ...NUMBER,
        optional: true,
        description: "pause between two checks; default 10. A longer one spares a slow gateway",
      },
      httpOnly: {
        ...BOOLEAN,
        optional: true,
        description: "leaves RPC out, which spares a slow gateway too",
      },
    },
    main: "intervalMs",
    positional: ["env", members("options?")],
    inSteps: "`outageMs` in `expectRestart`",
    returns: opaque("the probe, for `stopHealthProbe`"),
    effect: "reads",
    sync: true,
    run: startHealthProbe,
  }),
  stopHealthProbe: define({
    summary: "Ends a probe and reports how long the gateway was away at most.",
    params: { probe: opaque<unknown>("the probe", "from `startHealthProbe`") },
    main: "probe",
    positional: ["env", "probe"],
    inSteps: "`outageMs` in `expectRestart`",
    returns: record({ durationMs: NUMBER, longestGapMs: NUMBER, http: PROBE_SERIES, rpc: PROBE_SERIES }),
    effect: "reads",
    run: stopHealthProbe,
  }),
  readRestartSentinel: define({
    summary: "The restart sentinel that lies in the gateway's state folder, for the next process to find.",
    positional: ["env"],
    inSteps: "`expectUpdateStatus`; `expectFile` for the file itself",
    returns: { ...record({ version: NUMBER, payload: OBJECT }), optional: true },
    effect: "reads",
    needs: "config-file",
    run: readRestartSentinel,
  }),
  signalGateway: define({
    summary:
      "Sends a signal to the gateway process. What ends it, as SIGTERM and SIGKILL do, is not followed by a start: for a restart there is `restartGateway`.",
    params: { signal: SIGNAL },
    main: "signal",
    positional: ["env", "signal"],
    returns: NOTHING,
    statement: "acts",
    needs: "process",
    sync: true,
    run: (context, { signal }) => context.gateway.signalProcess(signal),
  }),
  restartGateway: define({
    summary:
      "Asks the gateway to restart, as its operator does, and waits until it is back and its QA channel connected.",
    returns: IDENTITY,
    statement: "acts",
    needs: "process",
    budgetMs: () => RESTART_TIMEOUT_MS,
    run: async (context) => {
      await context.gateway.restart();
      await waitForChannelReady(context);
      return context.identity();
    },
  }),
}));
