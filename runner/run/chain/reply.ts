import type { TraceRecord } from "../../gateway/gateway.ts";
import { type Account, type Act, first, since } from "./account.ts";
import { type Chain, Links } from "./links.ts";

/** From a message or a client's turn to the reply on the channel. */
export function replyChain(account: Account, act: Extract<Act, { kind: "message" | "turn" }>): Chain {
  const records = since(account.records, act.at);
  const message = act.kind === "message" ? act.message.id : undefined;
  const begun = records.find(
    ({ event, facts }) =>
      event === "run-accepted" &&
      (message === undefined ? facts.run === idOf(act) : facts.message === message),
  );
  const accepted = message === undefined ? begun : first(records, "message-accepted", { message });
  const run = begun ? String(begun.facts.run) : undefined;
  const own = records.filter(({ facts }) => run !== undefined && facts.run === run);
  const started = first(own, "run-started");
  const links = new Links(act.at, account.isTraced)
    .told("accepted", accepted)
    .told("turn-started", started, started ? undefined : whyNotStarted(account, begun, message));
  if (account.isTraced && begun?.facts.command === undefined) askedAndAnswered(links, own);
  if (!account.isTraced) askedFromOutside(links, account, act);
  const sent = first(own, "reply-sent");
  const arrived = arrivalOf(account, act, started?.at ?? act.at);
  // The gateway notes it when the channel has said that it is there.
  const at = Math.min(sent?.at ?? 0, arrived?.at ?? Number.POSITIVE_INFINITY);
  links.told("sent", sent && { at }, sent ? undefined : whyNotSent(own, begun));
  links.shown("arrived", arrived);
  const reboot = begun && cutOffBy(records, own, begun);
  if (reboot) {
    const abandoned = first(own, "run-abandoned");
    links.toldAfter(reboot.at, "taken-up", first(own, "run-resumed"), abandoned && "abandoned");
  }
  return links.chain("reply", act.kind === "message" ? act.message.conversation.id : undefined);
}

function idOf(act: Act): string | undefined {
  return act.kind === "turn" ? act.runId : undefined;
}

/** A turn asks once for each answer that calls tools, and once more; what a restart cuts off is asked again. */
function askedAndAnswered(links: Links, own: readonly TraceRecord[]): void {
  const asked = own.filter(({ event }) => event === "model-asked");
  const last = own.findLast(({ event }) => event === "model-asked" || event === "model-answered");
  const answered = last?.event === "model-answered" ? last : undefined;
  const times = asked.length > 1 ? `${asked.length} times` : undefined;
  links.told("model-asked", asked[0], asked.length > 0 ? times : failureOf(own));
  links.told("model-answered", answered, answered ? undefined : failureOf(own));
}

/** What the model saw of it. A command asks none, so that no request is no link that is missing. */
function askedFromOutside(links: Links, { requests = [] }: Account, act: Act): void {
  const asked = requests.find(
    ({ at, allInputText }) =>
      at >= act.at && (act.kind !== "message" || allInputText.includes(act.message.text)),
  );
  links.told("model-asked", asked);
  if (asked && asked.status !== "answered")
    links.shown("model-answered", undefined, `the request is ${asked.status}`);
  else links.told("model-answered", asked);
}

function whyNotStarted(
  { records }: Account,
  begun: TraceRecord | undefined,
  message: string | undefined,
): string | undefined {
  if (!begun) return detailOf(first(records, "message-ignored", { message }));
  const before = records.find(
    ({ event, at, facts }) =>
      event === "run-accepted" &&
      at <= begun.at &&
      facts.session === begun.facts.session &&
      facts.run !== begun.facts.run &&
      !first(records, "run-ended", { run: facts.run }),
  );
  return before && "it waits for another turn of its session";
}

function whyNotSent(own: readonly TraceRecord[], begun: TraceRecord | undefined): string | undefined {
  const isRunning = begun?.facts.command !== undefined && !first(own, "run-ended");
  return (
    detailOf(first(own, "reply-unsent")) ?? failureOf(own) ?? (isRunning ? "it has not ended" : undefined)
  );
}

/** How the turn failed, if it did. */
function failureOf(own: readonly TraceRecord[]): string | undefined {
  const { status, error } = own.findLast(({ event }) => event === "run-ended")?.facts ?? {};
  return status === undefined || status === "ok" ? undefined : `the turn failed: ${String(error ?? status)}`;
}

function detailOf(record: TraceRecord | undefined): string | undefined {
  return record && String(record.facts.why);
}

/** The next process, when the run was not over before it began. */
function cutOffBy(
  records: readonly TraceRecord[],
  own: readonly TraceRecord[],
  begun: TraceRecord,
): TraceRecord | undefined {
  const reboot = records.find(({ event, at }) => event === "boot" && at >= begun.at);
  const ended = own.find(({ event, facts }) => event === "run-ended" && facts.status === "ok");
  return reboot && !(ended && ended.at < reboot.at) ? reboot : undefined;
}

function arrivalOf({ outbound }: Account, act: Act, from: number): { at: number } | undefined {
  const asked = act.kind === "message" ? act.message : undefined;
  const reply = outbound.find(({ replyToId, conversation, timestamp }) => {
    if (asked && replyToId !== undefined) return replyToId === asked.id;
    return timestamp >= from && (!asked || conversation.id === asked.conversation.id);
  });
  return reply && { at: reply.timestamp };
}
