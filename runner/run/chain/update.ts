import type { TraceRecord } from "../../gateway/gateway.ts";
import { type Account, type Act, first, since } from "./account.ts";
import { type Chain, Links, UNDATED } from "./links.ts";

/** Links that are steps of the update, by the last step that each needs. */
const STEPS = [
  ["resolved", "resolve target"],
  ["staged", "install into staging"],
  ["validated", "boot check"],
  ["swapped", "swap"],
] as const;

/**
 * From the request for an update to the process that is the new version.
 * @param noted the note about it is awaited as well
 */
export function updateChain(account: Account, act: Extract<Act, { kind: "update" }>, noted = false): Chain {
  return account.isTraced ? tracedChain(account, act.at, noted) : shownChain(account, act, noted);
}

function tracedChain(account: Account, at: number, noted: boolean): Chain {
  const records = since(account.records, at);
  const links = new Links(at, true);
  links.told("requested", first(records, "update-requested"));
  const ended = first(records, "update-ended");
  for (const [link, step] of STEPS)
    links.told(link, first(records, "update-step", { step, ok: true }), whyNot(ended));
  const swapped = first(records, "update-step", { step: "swap", ok: true });
  const after = swapped ? since(records, swapped.at) : [];
  const boot = first(after, "boot");
  const version = text(ended?.facts.version);
  const started = boot && first(since(after, boot.at), "ready");
  links.told("stopped", first(after, "stopped"));
  links.told("started", started);
  const seen = after.find(({ event, facts }) => event === "boot" && facts.version === version);
  links.told("version-seen", seen, seen ? version : boot && `it is ${text(boot.facts.version)}`);
  if (noted) links.told("note", first(after, "note-sent"));
  return links.chain("update", version);
}

/** As far as the answer of the request and the process that answers now show it. */
function shownChain(
  { outside, outbound, bootId }: Account,
  { at, call }: Extract<Act, { kind: "update" }>,
  noted: boolean,
): Chain {
  const { update } = call ?? {};
  const links = new Links(at, false);
  links.shown("requested", { at });
  for (const [link] of STEPS.slice(0, -1)) links.told(link, undefined);
  const answered = call?.endedAt === undefined ? undefined : { at: call.endedAt };
  if (update) links.shown("swapped", update.ok ? answered : undefined, update.ok ? undefined : update.reason);
  else links.told("swapped", undefined);
  const identity = outside?.identity;
  const isNew = identity !== undefined && identity.bootId !== bootId;
  const now = isNew ? UNDATED : undefined;
  if (identity) links.shown("stopped", now).shown("started", now);
  else links.told("stopped", undefined).shown("started", undefined);
  const { version } = update ?? {};
  if (version === undefined || !identity) links.told("version-seen", undefined);
  else
    links.shown(
      "version-seen",
      identity.version === version ? UNDATED : undefined,
      `it is ${identity.version}`,
    );
  if (noted) {
    const later = outbound.find(({ timestamp }) => timestamp >= (call?.endedAt ?? at));
    if (later) links.told("note", undefined);
    else links.shown("note", undefined);
  }
  return links.chain("update", version);
}

function whyNot(ended: TraceRecord | undefined): string | undefined {
  return ended && ended.facts.status !== "ok" ? text(ended.facts.reason) : undefined;
}

function text(value: unknown): string | undefined {
  return typeof value === "string" ? value : undefined;
}
