import { type Account, first, since } from "./account.ts";
import { type Chain, Links, UNDATED } from "./links.ts";

/**
 * From the request for a restart to the process that is ready and, where one was promised, the note about it.
 * @param at when the scenario did what the restart is due to
 */
export function restartChain(account: Account, at: number): Chain {
  if (!account.isTraced) return shownChain(account, at);
  const records = since(account.records, at);
  const requested = first(records, "restart-requested");
  const stopped = first(records, "stopped");
  const begun = stopped ?? requested;
  const links = new Links(at, account.isTraced);
  // A signal from outside is no request: the process stops at once.
  if (requested || !stopped) links.told("requested", requested, requested && String(requested.facts.reason));
  const deferred = first(records, "restart-deferred");
  if (deferred) links.told("deferred", deferred, String(deferred.facts.work));
  const after = begun ? since(records, begun.at) : [];
  const started = first(after, "boot");
  links.told("stopped", stopped);
  links.told("started", started);
  links.told("ready", first(started ? since(after, started.at) : [], "ready"));
  if (records.some(({ event, facts }) => event === "restart-requested" && facts.note === true)) {
    links.told("note", first(after, "note-sent"));
  }
  return links.chain("restart");
}

/** As far as the process that answers now shows it. */
function shownChain({ outside, bootId }: Account, at: number): Chain {
  const links = new Links(at, false).told("requested", undefined);
  const identity = outside?.identity;
  if (bootId === undefined) return links.chain("restart");
  const isNew = identity !== undefined && identity.bootId !== bootId;
  const now = isNew ? UNDATED : undefined;
  if (identity) links.shown("stopped", now);
  else links.told("stopped", undefined);
  return links.shown("started", now).shown("ready", now).chain("restart");
}

/** Whether the last restart that was asked for had somebody to tell about it. */
export function promisedNote(account: Account, at: number): boolean {
  return since(account.records, at).some(
    ({ event, facts }) => event === "restart-requested" && facts.note === true,
  );
}
