import { withoutUndefined } from "../../base/json.ts";
import { headlineOf } from "../../report/chain-text.ts";
import { excuseFor } from "../../report/outcomes.ts";
import type { RunReport, ScenarioReport } from "../../report/schema/report-schema.ts";
import { hasNoVerdict } from "../no-verdict.ts";
import { type Group, isComplete } from "./groups.ts";
import type { MergedCell, MergedReport } from "./merged-schema.ts";

export type CellVerdict = MergedCell["verdict"];

/** What needs attention comes first. */
const WORST_FIRST: readonly CellVerdict[] = [
  "failed",
  "missing",
  "unconfirmed",
  "blocked",
  "skipped",
  "passed",
];

type Row = MergedReport["scenarios"][number];

/** Every scenario with its result in each group that has it, the worst rows first. */
export function scenarioRows(groups: readonly Group[]): Row[] {
  const rows = new Map<string, Row>();
  for (const group of groups) {
    for (const [id, title, cell] of groupCells(group)) {
      const row = rows.get(id) ?? { id, title, results: [] };
      rows.set(id, row);
      if (row.title === id) row.title = title;
      row.results.push(cell);
    }
  }
  return [...rows.values()].sort((a, b) => worst(a) - worst(b));
}

function groupCells(group: Group): [id: string, title: string, cell: MergedCell][] {
  const results = group.shards.flatMap(({ report }) =>
    report.scenarios.map((result) => ({ result, report })),
  );
  const byId = Map.groupBy(results, ({ result }) => result.id);
  const ids = new Set([...group.selection, ...byId.keys()]);
  return [...ids].map((id) => {
    const candidates = (byId.get(id) ?? []).map(({ result, report }) => cellOf(group, result, report));
    const cell = candidates.toSorted((a, b) => rank(a.verdict) - rank(b.verdict))[0];
    const title = byId.get(id)?.[0]?.result.title ?? id;
    return [id, title, cell ?? { group: group.name, verdict: "missing", flaky: false }];
  });
}

function cellOf(group: Group, result: ScenarioReport, report: RunReport): MergedCell {
  const verdict = hasNoVerdict(result)
    ? "missing"
    : result.verdict === "passed" && !isComplete(group)
      ? "unconfirmed"
      : result.verdict;
  const timed = !hasNoVerdict(result) && (result.verdict === "passed" || result.verdict === "failed");
  return withoutUndefined({
    group: group.name,
    verdict,
    flaky: result.flaky,
    quarantined: excuseFor(result, report) ? true : undefined,
    durationMs: timed ? result.durationMs : undefined,
    why: result.failure ? headlineOf(result.failure) : result.reason,
    rerun: result.rerun,
  });
}

function worst({ results }: Row): number {
  return Math.min(...results.map(({ verdict }) => rank(verdict)));
}

function rank(verdict: CellVerdict): number {
  return WORST_FIRST.indexOf(verdict);
}
