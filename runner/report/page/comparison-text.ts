import { oneLine } from "../../base/text.ts";
import type { ScenarioReport } from "../schema/report-schema.ts";
import { type AttemptView, decisiveView } from "./attempt-view.ts";
import { firstDifference, pairsOf } from "./divergence.ts";
import { eventsByScenario, type StoredRun } from "./read-run.ts";

type Named = StoredRun & { name: string };

interface Verdicted {
  verdict: ScenarioReport["verdict"] | undefined;
  view: AttemptView | undefined;
}

/**
 * Lines for a terminal: where two runs differ, scenario by scenario.
 * @param only this scenario; default: all that are in both
 */
export async function comparisonLines(runs: readonly Named[], only?: string): Promise<string[]> {
  const [a, b] = runs;
  if (!a || !b) return [];
  const ids = a.report.scenarios.map(({ id }) => id).filter((id) => (only ?? id) === id);
  const events = await Promise.all([a, b].map(eventsByScenario));
  const verdicted = (id: string) =>
    [a, b].map(({ report }, side): Verdicted => {
      const verdict = report.scenarios.find((scenario) => scenario.id === id)?.verdict;
      return { verdict, view: decisiveView(events[side]?.get(id) ?? [], verdict) };
    });
  return [
    `A  ${a.name}  on ${a.report.gateway}`,
    `B  ${b.name}  on ${b.report.gateway}`,
    ...ids.flatMap((id) => ["", ...differenceLines(id, verdicted(id))]),
  ];
}

function differenceLines(id: string, verdicts: readonly Verdicted[]): string[] {
  const [a, b] = verdicts;
  const head = `${id}: A ${a?.verdict ?? "not there"}, B ${b?.verdict ?? "not there"}`;
  if (!a?.view || !b?.view) return [head, "  there is no record of both"];
  const first = firstDifference(pairsOf(a.view, b.view));
  if (!first) return [head, "  both did the same in every step"];
  const name = (a.view.steps[first.step] ?? b.view.steps[first.step])?.name ?? "";
  return [
    head,
    `  first difference: step ${first.step + 1}, ${first.lane} (${oneLine(name)})`,
    `    A  ${first.a?.text ?? "nothing"}`,
    `    B  ${first.b?.text ?? "nothing"}`,
  ];
}
