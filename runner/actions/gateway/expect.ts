import { BlockedError } from "../../base/errors.ts";
import { matches } from "../../flow/match/match.ts";
import { type Matcher, namesMember } from "../../flow/match/matcher.ts";
import { Unexpected, unexpected } from "../../flow/match/unexpected.ts";
import type { GatewayIdentity } from "../../gateway/gateway.ts";
import type { ActionContext } from "../context.ts";
import { actionsOf } from "../define.ts";
import { expectState, PRESENT, type TimedEvent, waitOrEnd } from "../scene/expect.ts";
import { IN_THE_STEP } from "../scene/expect-none.ts";
import { limitOf } from "../scene/limits.ts";
import { BOOLEAN, matcherOf, NOTHING, NUMBER, open, record, STRING } from "../schema.ts";
import { waitForChannelReady } from "./gateway.ts";
import { usageOf } from "./process-usage.ts";
import { expectNoReload, expectReload, RELOAD } from "./reloads.ts";
import { IDENTITY } from "./schemas.ts";

const RESTART_MS = 60_000;
const STATUS_MS = 15_000;
const RESTART = { ...IDENTITY, properties: { ...IDENTITY.properties, outageMs: NUMBER } } as const;

const ACCOUNT = open(
  record({}, { running: BOOLEAN, connected: BOOLEAN, restartPending: BOOLEAN, accountId: STRING }),
);
const UPDATE_STATUS = open(record({}, { sentinel: {}, lastRun: {} }));

async function accountsOf(context: ActionContext): Promise<Record<string, unknown[]>> {
  const { channelAccounts } = await context.call("channels.status", {});
  return (channelAccounts ?? {}) as Record<string, unknown[]>;
}

const USAGE = record({
  cpuMs: { ...NUMBER, description: "milliseconds" },
  rssBytes: { ...NUMBER, description: "bytes" },
});

/**
 * The next process behind the same address. One that was there before the last statement acted is past, if anything has
 * waited for it or seen it.
 */
export async function expectRestart(
  context: ActionContext,
  { restart = PRESENT }: { restart?: Matcher },
): Promise<TimedEvent<object>> {
  const { scene } = context;
  const before = scene.restartFrom;
  if (!before)
    throw new Unexpected("nothing was done that the gateway could restart for", { fault: "scenario" });
  const limitMs = limitOf(context, RESTART_MS);
  const look = async () => {
    const now = await context.identity();
    return now.bootId !== before.bootId && now;
  };
  const now = await waitOrEnd(context, "a restart", look, RESTART_MS);
  if (!now)
    throw new Unexpected("the gateway did not restart", {
      seen: `boot ${before.bootId} still runs`,
      hint: scene.hasPastRestart
        ? "A restart that was over when the last statement acted is past: put `expectRestart` right after the statement that brings it about."
        : undefined,
    });
  if (scene.wasThere(now) && namesMember(restart, "outageMs"))
    throw new Unexpected("the outage was not measured: the gateway had restarted before this step began", {
      fault: "scenario",
      hint: "Put `expectRestart` into the step of the statement that restarts the gateway.",
    });
  const at = await startOf(context);
  await context.waitHealthy(limitMs);
  await waitForChannelReady(context, limitMs);
  scene.restarted(now);
  const outageMs = await scene.outage.end();
  const value = { ...plain(now), ...(outageMs === undefined ? {} : { outageMs }) };
  if (!matches(restart, value)) throw unexpected("the restart", restart, value);
  return { index: 0, value, at };
}

/** When the process began, by its own word where it has one; else now. */
async function startOf(context: ActionContext): Promise<number> {
  try {
    const { startedAt } = await context.call("qa.gateway.status", {});
    return typeof startedAt === "number" ? startedAt : Date.now();
  } catch (error) {
    if (error instanceof BlockedError) return Date.now();
    throw error;
  }
}

/** Without what throws where it is not known. */
function plain({ bootId, version, pid }: GatewayIdentity): object {
  return { bootId, version, ...(pid === undefined ? {} : { pid }) };
}

export const gatewayStatements = actionsOf("gateway", (define) => ({
  expectGateway: define({
    summary: "Who the gateway is: its process and its version.",
    params: { gateway: matcherOf(IDENTITY, "what it says of itself") },
    main: "gateway",
    returns: IDENTITY,
    statement: "expects",
    effect: "reads",
    run: (context, { gateway }) => expectState(context, "the gateway", gateway, () => context.identity()),
  }),
  expectProcess: define({
    summary: "What the gateway's process and those that it has started use, as the system says it.",
    params: { usage: matcherOf(USAGE, "processor time so far, and memory") },
    main: "usage",
    returns: USAGE,
    statement: "expects",
    effect: "reads",
    needs: "process",
    run: (context, { usage }) =>
      expectState(context, "the gateway's process", usage, () => {
        if (process.platform === "linux") return usageOf(context.gateway.pid);
        throw new BlockedError("process-usage", "this system does not say what a process uses");
      }),
  }),
  expectChannel: define({
    summary: "The account of a channel as `channels.status` reports it.",
    params: {
      account: matcherOf(ACCOUNT, "what is reported"),
      channel: { ...STRING, default: "qa-channel", description: "the channel's id" },
    },
    main: "account",
    returns: ACCOUNT,
    statement: "expects",
    effect: "reads",
    run: (context, { account, channel }) =>
      expectState(
        context,
        `the account of ${channel}`,
        account,
        async () => (await accountsOf(context))[channel]?.[0],
        { name: channel, known: async () => Object.keys(await accountsOf(context)) },
      ),
  }),
  expectUpdateStatus: define({
    summary: "What `update.status` reports.",
    params: { status: matcherOf(UPDATE_STATUS, "what is reported") },
    main: "status",
    returns: UPDATE_STATUS,
    statement: "expects",
    effect: "reads",
    run: (context, { status }) => {
      // The gateway may be away meanwhile, which is what an update is about.
      const timeoutMs = limitOf(context, STATUS_MS);
      return expectState(context, "the update status", status, () =>
        context.call("update.status", {}, { timeoutMs }),
      );
    },
  }),
  expectReload: define({
    summary:
      "How the gateway took the last change of its config, by its log; judged once, also if the statement that changed it has waited for it. A hot reload leaves the process as it was and counts as a generation where the gateway counts.",
    params: { reload: matcherOf(RELOAD, "a text stands for the outcome: hot, restart or none") },
    main: "reload",
    returns: RELOAD,
    statement: "expects",
    effect: "reads",
    needs: "logs",
    run: async (context, { reload }) => (await expectReload(context, reload)).value,
  }),
  expectNoReload: define({
    summary: `No reload that fits ${IN_THE_STEP}`,
    params: {
      reload: {
        ...matcherOf(RELOAD, "a text stands for the outcome; default: one that is hot or restarts"),
        optional: true,
      },
    },
    main: "reload",
    returns: NOTHING,
    statement: "expects",
    effect: "converses",
    needs: "logs",
    run: async (context, { reload }) => expectNoReload(context, reload),
  }),
  expectRestart: define({
    summary:
      "The next restart; judged once, when it is ready again. One that was waited for, or was over, when the last statement acted is past.",
    params: {
      restart: {
        ...matcherOf(
          RESTART,
          "the new process; `outageMs` is the longest time since the step began in which its address did not answer",
        ),
        optional: true,
      },
    },
    main: "restart",
    returns: RESTART,
    statement: "expects",
    effect: "reads",
    budgetMs: () => 2 * RESTART_MS,
    run: async (context, params) => (await expectRestart(context, params)).value,
  }),
}));
