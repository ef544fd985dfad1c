import { useMemo, useState } from "preact/hooks";
import { formatDuration, plural } from "../../../base/text.ts";
import { type AttemptView, decisiveView } from "../attempt-view.ts";
import { firstDifference, type Pair, pairsOf } from "../divergence.ts";
import type { PageData, PageRecord, PageScenario } from "../page-data.ts";
import { useRecord } from "./data.ts";
import { type Key, Keys } from "./keys.tsx";
import { Command, Nothing, Time, Verdict } from "./parts.tsx";
import { go, hrefOf, type Route } from "./route.ts";
import { Top, useRows } from "./rows.tsx";
import { Timeline } from "./timeline.tsx";

const SIDES = ["A", "B"] as const;

interface Both {
  id: string;
  title: string;
  sides: (PageScenario | undefined)[];
}

/** The scenarios of both runs, in the order of the first one. */
function bothOf({ runs }: PageData): Both[] {
  const ids = new Set(runs.flatMap(({ scenarios }) => scenarios.map(({ id }) => id)));
  return [...ids].map((id) => {
    const sides = runs.map(({ scenarios }) => scenarios.find((scenario) => scenario.id === id));
    return { id, title: sides.find(Boolean)?.title ?? id, sides };
  });
}

/** Two runs side by side. */
export function Comparison({ data, route }: { data: PageData; route: Route }) {
  const all = useMemo(() => bothOf(data), [data]);
  const index = all.findIndex(({ id }) => id === route.id);
  const both = all[index];
  return both ? (
    <main class="scenario">
      <ScenarioComparison key={both.id} data={data} both={both} all={all} route={route} />
    </main>
  ) : (
    <RunComparison data={data} all={all} />
  );
}

function RunComparison({ data: { runs }, all }: { data: PageData; all: readonly Both[] }) {
  const [onlyOther, setOnlyOther] = useState(false);
  const { list, keys } = useRows();
  const other = all.filter(({ sides: [a, b] }) => a?.verdict !== b?.verdict);
  const shown = onlyOther ? other : all;
  return (
    <>
      <Top keys={keys} />
      <main>
        <h1 tabIndex={-1}>
          {other.length === 0
            ? "The same verdicts in both runs"
            : `${plural(other.length, "verdict")} differ`}
        </h1>
        {runs.map((run, side) => (
          <p class="facts" key={run.runId + run.name}>
            <b>{SIDES[side]}</b>
            <span>{run.name ?? run.runId}</span>
            <span>on {run.gateway}</span>
            <span>{formatDuration(run.durationMs)}</span>
            <span>{new Date(run.startedAt).toLocaleString()}</span>
          </p>
        ))}
        <p>
          <button
            type="button"
            aria-pressed={onlyOther}
            disabled={other.length === 0}
            onClick={() => setOnlyOther(!onlyOther)}
          >
            Only those that differ
          </button>
        </p>
        <ol class="rows" ref={list}>
          {shown.map(({ id, title, sides }) => (
            <li key={id}>
              <a
                class={`row both ${sides[0]?.verdict === sides[1]?.verdict ? "" : "differs"}`}
                href={hrefOf({ id })}
              >
                {sides.map((side, place) => (
                  <span class="side" key={SIDES[place]}>
                    <b>{SIDES[place]}</b> <Verdict of={side?.verdict ?? "not there"} />{" "}
                    <Time ms={side?.durationMs} />
                  </span>
                ))}
                <span class="what">
                  <span class="title">{title}</span>
                  <span class="id">{id}</span>
                </span>
              </a>
            </li>
          ))}
        </ol>
      </main>
    </>
  );
}

interface ScenarioComparisonProps {
  data: PageData;
  both: Both;
  all: readonly Both[];
  route: Route;
}

function ScenarioComparison({ data, both, all, route }: ScenarioComparisonProps) {
  const place = (run: number) => data.runs[run]?.scenarios.findIndex(({ id }) => id === both.id) ?? -1;
  const records = [useRecord(0, place(0)), useRecord(1, place(1))];
  const views = useMemo(() => records.map(viewOf), records);
  const [a, b] = views;
  const pairs = useMemo(() => (a && b ? pairsOf(a, b) : []), [a, b]);
  const first = firstDifference(pairs);
  const steps = (a?.steps.length ?? 0) > (b?.steps.length ?? 0) ? a?.steps : b?.steps;
  const step = route.step ?? first?.step ?? 0;
  const show = (to: number) => go({ id: both.id, step: to }, true);
  const move = (by: number) => {
    const next = all[all.findIndex(({ id }) => id === both.id) + by];
    if (next) go({ id: next.id });
  };
  const keys: Key[] = [
    {
      keys: ["j", "ArrowDown"],
      shown: "j ↓",
      about: "next step",
      act: () => show(Math.min((steps?.length ?? 1) - 1, step + 1)),
    },
    { keys: ["k", "ArrowUp"], shown: "k ↑", about: "step before", act: () => show(Math.max(0, step - 1)) },
    { keys: ["n"], shown: "n", about: "next scenario", act: () => move(1) },
    { keys: ["p"], shown: "p", about: "scenario before", act: () => move(-1) },
    { keys: ["Escape"], shown: "Esc", about: "all scenarios", act: () => go({}) },
  ];
  return (
    <>
      <div class="head">
        <nav aria-label="Scenarios">
          <a href={hrefOf({})}>All scenarios</a>
        </nav>
        <h1 tabIndex={-1}>{both.title}</h1>
      </div>
      <div class="corner">
        <Keys list={keys} />
      </div>
      <First difference={first} isKnown={a !== undefined && b !== undefined} />
      <div class="two">
        {views.map((view, side) => (
          <section key={SIDES[side]} aria-label={`Run ${SIDES[side]}`}>
            <p class="facts">
              <b>{SIDES[side]}</b>
              <Verdict of={both.sides[side]?.verdict ?? "not there"} />
              <span>{view?.gateway ?? data.runs[side]?.gateway}</span>
              <Time ms={both.sides[side]?.durationMs} />
            </p>
            {both.sides[side]?.why !== undefined && <p class="banner">{both.sides[side]?.why}</p>}
            {view && <Timeline view={view} selected={step} onSelect={(to) => show(to ?? 0)} />}
          </section>
        ))}
      </div>
      <nav aria-label="Steps">
        <ol class="step-tabs">
          {steps?.map(({ index, name }) => (
            <li key={index}>
              <a
                href={hrefOf({ id: both.id, step: index })}
                aria-current={index === step ? "true" : undefined}
              >
                {index + 1}. {name}
                {pairs.some((pair) => pair.step === index && pair.differs) && <b> differs</b>}
              </a>
            </li>
          ))}
        </ol>
      </nav>
      <Pairs pairs={pairs.filter((pair) => pair.step === step)} first={first} />
      {data.runs.map((run, side) => (
        <Command key={run.runId + run.name} label={`Run ${SIDES[side]} again`} text={run.command} />
      ))}
    </>
  );
}

function First({ difference, isKnown }: { difference: Pair | undefined; isKnown: boolean }) {
  if (!isKnown) return <Nothing>It is not in both runs, or its record is not.</Nothing>;
  if (!difference) return <p class="banner">Both did the same in every step.</p>;
  return (
    <section class="failure" aria-label="First difference">
      <h2>
        First difference: step {difference.step + 1}, {difference.lane}
      </h2>
      <dl class="pair">
        <dt>A</dt>
        <dd>{difference.a?.text ?? "nothing"}</dd>
        <dt>B</dt>
        <dd>{difference.b?.text ?? "nothing"}</dd>
      </dl>
    </section>
  );
}

function Pairs({ pairs, first }: { pairs: readonly Pair[]; first: Pair | undefined }) {
  if (pairs.length === 0) return <Nothing>Nothing happened in this step.</Nothing>;
  return (
    <table class="pairs">
      <thead>
        <tr>
          <th scope="col">where</th>
          <th scope="col">A</th>
          <th scope="col">B</th>
        </tr>
      </thead>
      <tbody>
        {pairs.map((pair) => (
          <tr
            key={`${pair.lane} ${pair.a?.after} ${pair.b?.after} ${pair.a?.text}`}
            class={pair === first ? "first differs" : pair.differs ? "differs" : ""}
          >
            <th scope="row">
              {pair.lane}
              {pair.differs && <b>{pair === first ? " ← first difference" : " differs"}</b>}
            </th>
            <td>{pair.a?.text ?? "–"}</td>
            <td>{pair.b?.text ?? "–"}</td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}

/** The attempt that decided. */
function viewOf(record: PageRecord | string | undefined): AttemptView | undefined {
  if (record === undefined || typeof record === "string") return undefined;
  return decisiveView(record.events, record.scenario.verdict);
}
