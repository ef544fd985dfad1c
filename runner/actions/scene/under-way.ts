import type { Fault } from "../../base/errors.ts";
import { isJsonObject, objectsOf } from "../../base/json.ts";
import type { ActionContext } from "../context.ts";

/** As many sessions as a gateway lists. */
const ALL = 1_000;

/** What goes on and could still bring a message. */
export interface UnderWay {
  /** Completes "it could not be judged …:". */
  text: string;
  /** Whose it is that it goes on. */
  fault: Fault;
}

/**
 * Whether anything is under way that could still bring a message: a request that the model is answering, a session whose
 * turn has begun or waits for its place, a message that the channel has handed to the agent. What stands still because the
 * scenario holds the model counts as none: a session has at most one request with the model.
 */
export async function underWay(context: ActionContext): Promise<UnderWay | undefined> {
  const asked = unanswered(context);
  if (asked) return asked;
  const [sessions, messages] = await Promise.all([activeSessions(context), messagesInHand(context)]);
  // Asked again: a turn may have gone on to its next request in the meantime.
  const since = unanswered(context);
  if (since) return since;
  const held = context.model?.inHand.held ?? 0;
  if (sessions.length > held)
    return { text: `a turn of ${sessions.join(", ")} has not ended`, fault: "product" };
  if (messages > held)
    return { text: `the gateway has not dealt with ${counted(messages, "message")}`, fault: "product" };
  return undefined;
}

function unanswered({ model }: ActionContext): UnderWay | undefined {
  const working = model?.inHand.working ?? 0;
  if (working === 0) return undefined;
  return { text: `the model has not answered ${counted(working, "request")}`, fault: "scenario" };
}

/** Keys of the sessions in which a turn goes on or waits for its place. Releases before 2026.5 only say `status`. */
async function activeSessions(context: ActionContext): Promise<string[]> {
  const { sessions } = await context.call("sessions.list", { limit: ALL });
  return objectsOf(sessions)
    .filter(({ hasActiveRun, status }) => hasActiveRun ?? status === "running")
    .map(({ key }) => String(key));
}

/** How many of the channel's messages the agent is dealing with, where the channel says so. */
async function messagesInHand(context: ActionContext): Promise<number> {
  if (!context.gateway.capabilities.has("qa-channel")) return 0;
  const { channelAccounts } = await context.call("channels.status", {});
  const accounts = isJsonObject(channelAccounts) ? channelAccounts["qa-channel"] : undefined;
  return objectsOf(accounts).reduce(
    (sum, { activeRuns }) => sum + (typeof activeRuns === "number" ? activeRuns : 0),
    0,
  );
}

function counted(count: number, what: string): string {
  return `${count} ${what}${count === 1 ? "" : "s"}`;
}
