import { plural } from "../base/text.ts";
import type { Job, Matrix } from "../results/merge/matrix-schema.ts";

/** The most names that a line lists in full. */
const NAMES = 4;

/** The matrix for people: every job with its command, and whatever does not run with its reason. */
export function matrixText({ jobs, notes }: Matrix): string {
  const running = jobs.filter(({ skip }) => !skip);
  const blocks = jobs.map(jobText);
  const skipped = jobs.length - running.length;
  const summary = `${plural(running.length, "job")}${skipped > 0 ? `, ${skipped} skipped` : ""}`;
  return `${[...blocks, ...notes.map((note) => `note: ${note}`), summary].join("\n")}\n`;
}

function jobText(job: Job): string {
  const { name, skip, scenarios, estimate, minutes, mayFail, skipped, notApplicable, guards, command } = job;
  if (skip) return `${name}: skipped, ${skip.reason}. ${skip.hint}\n`;
  const facts = [
    plural(scenarios.length, "scenario"),
    estimate.unit === "ms" ? `about ${Math.ceil(estimate.cost / 1000)} s` : plural(estimate.cost, "step"),
    `limit ${minutes} min`,
    ...(mayFail ? ["may fail"] : []),
    ...Object.entries(guards).map(([guard, value]) => `sets ${guard}=${value}`),
  ];
  return [
    `${name}: ${facts.join(", ")}`,
    `  ${command}`,
    ...grouped(skipped).map(([reason, ids]) => `  skips ${listed(ids)}: ${reason}`),
    ...grouped(notApplicable).map(([reason, ids]) => `  not applicable: ${listed(ids)} (${reason})`),
    "",
  ].join("\n");
}

/** Ids by reason, since many scenarios share one. */
function grouped(entries: readonly { id: string; reason: string }[]): [reason: string, ids: string[]][] {
  const byReason = Map.groupBy(entries, ({ reason }) => reason);
  return [...byReason].map(([reason, group]) => [reason, group.map(({ id }) => id)]);
}

function listed(ids: readonly string[]): string {
  if (ids.length <= NAMES) return ids.join(", ");
  return `${ids.slice(0, NAMES - 1).join(", ")} and ${ids.length - NAMES + 1} more`;
}
