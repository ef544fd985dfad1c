import { QaError } from "../../base/errors.ts";
import { BARRIER } from "../../channel/defaults.ts";
import type { Allow } from "../../flow/run/host.ts";
import type { ActionContext } from "../context.ts";
import { isChannelRunning } from "../gateway/gateway.ts";
import { waitIn } from "../wait.ts";
import { untilEditTaken } from "./hand-edit.ts";
import { turnMs } from "./limits.ts";
import { type UnderWay, underWay } from "./under-way.ts";

const BARRIER_MS = 15_000;
/** The end of a turn wakes no wait. */
const LOOK_MS = 20;

/** True as soon as a check holds, false when time is up. */
async function waitOrNot(
  ...[context, what, check, options]: Parameters<typeof waitIn<true>>
): Promise<boolean> {
  try {
    return await waitIn(context, what, check, options);
  } catch (error) {
    if (error instanceof QaError && error.code === "wait-timeout") return false;
    throw error;
  }
}

async function isConnected(context: ActionContext): Promise<boolean> {
  return isChannelRunning(await context.call("channels.status", {}));
}

/** Why a message of the run's own does not come back, and whose fault that is. */
const NOT_BACK = {
  silent: {
    text: "the gateway has not answered the run's own message",
    fault: "product",
    hint: "The log shows what it made of `/whoami`.",
  },
  gone: {
    text: "the gateway is not connected to the run's channel, which its config has turned on",
    fault: "product",
    hint: "The log shows why it gave up.",
  },
  off: {
    text: "the gateway's config has turned the run's channel off",
    fault: "scenario",
    hint: "A message of the run's own must come back before a step ends that says what must not come: put the statement into a step in which the channel is on.",
  },
} as const;

function notBack(why: keyof typeof NOT_BACK): QaError {
  const { text, fault, hint } = NOT_BACK[why];
  return new QaError(`it could not be judged whether more comes: ${text}`, {
    code: "not-judged",
    fault,
    hint,
  });
}

/** Someone whose commands the gateway answers: where it has owners, one of them. */
async function commander(context: ActionContext): Promise<string> {
  const { config } = await context.call("config.get", {});
  const { commands, channels } = (config ?? {}) as {
    commands?: { ownerAllowFrom?: unknown[] };
    channels?: { "qa-channel"?: { enabled?: unknown } };
  };
  if (channels?.["qa-channel"]?.enabled === false) throw notBack("off");
  return String(commands?.ownerAllowFrom?.[0] ?? BARRIER);
}

/**
 * Returns when nothing that was asked of the gateway before this can still bring a message or a reload: an edit of its
 * config by hand is taken, no turn is under way, then a
 * chat command of the run's own, which needs no model, has been answered, and still none is. Without the run's channel the
 * command is left out.
 * @param limitMs how long turns may go on
 * @param allow gives what waits here its time
 * @throws QaError `not-judged` when one goes on for longer
 */
export async function barrier(
  context: ActionContext,
  { limitMs = turnMs(context), allow }: { limitMs?: number | undefined; allow?: Allow | undefined },
): Promise<void> {
  const { bus, gateway } = context;
  allow?.(2 * limitMs + BARRIER_MS);
  await untilEditTaken(context, allow);
  const hasChannel = gateway.capabilities.has("qa-channel");
  await context.identity();
  const [senderId] = await Promise.all([
    hasChannel ? commander(context) : BARRIER,
    turnsToEnd(context, limitMs),
  ]);
  if (!hasChannel) return;
  const answers = () =>
    bus.outboundMessages().filter(({ conversation }) => conversation.id === BARRIER).length;
  const before = answers();
  bus.addInboundMessage({
    conversation: { id: BARRIER, kind: "direct" },
    senderId,
    text: "/whoami",
  });
  const back = await waitOrNot(context, "the run's own message to come back", () => answers() > before, {
    timeoutMs: BARRIER_MS,
  });
  if (!back) throw notBack((await isConnected(context)) ? "silent" : "gone");
  await turnsToEnd(context, limitMs);
}

async function turnsToEnd(context: ActionContext, timeoutMs: number): Promise<void> {
  let left: UnderWay | undefined;
  const none = async () => {
    left = await underWay(context);
    return left === undefined;
  };
  try {
    await waitIn(context, "the turns under way", none, { timeoutMs, intervalMs: LOOK_MS });
  } catch (error) {
    if (!left || !(error instanceof QaError && error.code === "wait-timeout")) throw error;
    const { text, fault } = left;
    throw new QaError(`it could not be judged whether more comes: ${text}`, {
      code: "not-judged",
      fault,
      hint:
        fault === "scenario"
          ? "Let the model answer sooner, or hold its answer with holdModel: what is held brings nothing."
          : "Wait in a step before for what the turn brings; the log shows what it is doing.",
    });
  }
}
