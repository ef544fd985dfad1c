import type { TraceRecord } from "../../gateway/gateway.ts";
import { type Account, type Act, first, since } from "./account.ts";
import { type Chain, Links, names } from "./links.ts";

/** Detail of a link: an editor wrote the file, nobody asked the gateway. */
export const BY_HAND = "by hand";

/** Links that follow when the change needs another process. */
const RESTART_LINKS = [
  ["stopped", "stopped"],
  ["started", "boot"],
  ["ready", "ready"],
] as const;

/**
 * From a change of the config to the moment in which it is in force.
 * @param untilPlanned what a plan that is not hot leads to is still to come
 */
export function configChain(
  account: Account,
  act: Extract<Act, { kind: "config" }>,
  untilPlanned = false,
): Chain {
  const records = since(account.records, act.at);
  const written = act.byHand ? act : first(records, "config-written");
  const noticed = first(records, "config-noticed", hashOf(act.byHand ? undefined : written));
  const ofChange = (event: string) => first(records, event, hashOf(noticed));
  const rejected = noticed && ofChange("config-rejected");
  const planned = noticed && ofChange("config-planned");
  const { kind, reasons } = planned?.facts ?? {};
  const links = new Links(act.at, account.isTraced);
  if (act.byHand) links.shown("written", act, BY_HAND);
  else links.told("written", written);
  links.told("noticed", noticed);
  links.told("planned", planned, planned ? `${kind} (${names(reasons)})` : problemOf(rejected));
  if (untilPlanned && planned && kind !== "hot") return links.chain("config", names(reasons));
  if (kind === "restart" && planned) restarted(links, since(records, planned.at), planned);
  else {
    const applied = noticed && ofChange("config-applied");
    const judged = planned?.facts.plugins === true && judgedBetween(records, planned, applied);
    // What is not applied at all does not lack the plugins first.
    if (judged || (judged === undefined && applied)) links.told("plugins-reloaded", judged);
    links.told("applied", applied, names(applied?.facts.errors) || undefined);
    if (applied) keptByRestart(links, account, applied.at);
  }
  return links.chain("config", planned && names(reasons));
}

/** What identifies the text that a record is about. */
function hashOf(record: object | undefined): { hash?: unknown } {
  if (!record || !("facts" in record)) return {};
  const { hash } = (record as TraceRecord).facts;
  return { hash };
}

function restarted(links: Links, records: readonly TraceRecord[], planned: TraceRecord): void {
  const deferred = first(records, "restart-deferred");
  if (deferred) links.told("deferred", deferred, String(deferred.facts.work));
  for (const [link, event] of RESTART_LINKS) links.told(link, first(records, event));
  const boot = first(records, "boot");
  const isInForce = boot?.facts.config === planned.facts.hash;
  links.told(
    "applied",
    isInForce ? boot : undefined,
    boot && !isInForce ? "it started with another config" : undefined,
  );
}

/** A process that starts later has what was in the file before it. */
function keptByRestart(links: Links, { records, acts }: Account, from: number): void {
  const boot = first(since(records, from), "boot");
  // While it was down, the scenario may have changed the file.
  const isMeddled = acts.some((act) => act.kind === "restart" && act.at >= from && act.meddles);
  if (!boot || isMeddled) return;
  const { hash } =
    records.findLast(({ event, at }) => event === "config-planned" && at <= boot.at)?.facts ?? {};
  const isKept = boot.facts.config === hash;
  links.told("kept", isKept ? boot : undefined, isKept ? undefined : "it started with another config");
}

function judgedBetween(
  records: readonly TraceRecord[],
  planned: TraceRecord,
  applied: TraceRecord | undefined,
): TraceRecord | undefined {
  const judged = first(since(records, planned.at), "plugins-judged");
  return judged && (!applied || judged.at <= applied.at) ? judged : undefined;
}

function problemOf(rejected: TraceRecord | undefined): string | undefined {
  return rejected && `rejected: ${String(rejected.facts.problems)}`;
}
