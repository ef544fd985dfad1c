import { plural } from "../../base/text.ts";
import { countsInWords } from "../../report/outcomes.ts";
import type { MergedCell, MergedGroup, MergedReport } from "./merged-schema.ts";

/** `failed (quarantined)`, `passed, flaky`, `passed, not counted`. */
export function cellText({ verdict, flaky, quarantined }: MergedCell): string {
  const word =
    verdict === "unconfirmed" ? "passed, not counted" : verdict === "missing" ? "no result" : verdict;
  return `${word}${flaky ? ", flaky" : ""}${quarantined ? " (quarantined)" : ""}`;
}

/** `1 failed (1 quarantined), 5 passed (1 flaky)`, or that nothing of an incomplete group counts. */
export function countsText({ counts, quarantined = 0 }: Pick<MergedGroup, "counts" | "quarantined">): string {
  if (!counts) return "incomplete: nothing counts as passed";
  const texts = countsInWords(counts, quarantined).map(({ text }) => text);
  return texts.join(", ") || "nothing ran";
}

/** The counts of all complete groups, and how many groups are incomplete. */
export function headline({ groups, problems }: MergedReport): string {
  const whole = groups.flatMap(({ counts }) => counts ?? []);
  const total = { total: 0, passed: 0, failed: 0, skipped: 0, blocked: 0, flaky: 0 };
  for (const counts of whole) {
    for (const what of Object.keys(total) as (keyof typeof total)[]) total[what] += counts[what];
  }
  const quarantined = groups.reduce((sum, group) => sum + (group.quarantined ?? 0), 0);
  const incomplete = groups.length - whole.length;
  const parts = [
    ...(problems.length > 0 ? [plural(problems.length, "problem")] : []),
    ...(incomplete > 0 ? [`${incomplete} of ${plural(groups.length, "group")} incomplete`] : []),
    ...(whole.length > 0 ? [countsText({ counts: total, quarantined })] : []),
  ];
  return parts.join(", ") || "Nothing ran";
}
