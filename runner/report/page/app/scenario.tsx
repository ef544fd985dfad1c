import { useEffect, useMemo, useRef } from "preact/hooks";
import { placeByPlace } from "../../diff.ts";
import type { Failure } from "../../events.ts";
import type { ScenarioReport } from "../../schema/report-schema.ts";
import { type AttemptView, attemptsOf, attemptView, decisiveOf, withoutRecord } from "../attempt-view.ts";
import type { PageRecord, PageRun } from "../page-data.ts";
import { useRecord } from "./data.ts";
import { type Key, Keys } from "./keys.tsx";
import { PANELS } from "./panels.tsx";
import { Chain, Command, DiffLines, Nothing, Time, Verdict, Words } from "./parts.tsx";
import { go, hrefOf, type Route, TABS, type Tab } from "./route.ts";
import { Timeline } from "./timeline.tsx";

interface ScenarioProps {
  run: PageRun;
  /** Place in the run. */
  index: number;
  route: Route;
}

/** One scenario: its failure, its time line, its steps and what happened in them. */
export function Scenario({ run, index, route }: ScenarioProps) {
  const found = useRecord(0, index);
  const scenario = run.scenarios[index];
  const heading = useRef<HTMLHeadingElement>(null);
  useEffect(() => heading.current?.focus({ preventScroll: true }), [index]);
  if (!scenario) return <Nothing>There is no such scenario in this run.</Nothing>;
  return (
    <>
      <Head run={run} index={index}>
        <h1 tabIndex={-1} ref={heading}>
          {scenario.title}
        </h1>
      </Head>
      {found === undefined && <Nothing>…</Nothing>}
      {typeof found === "string" && <Nothing>{found}</Nothing>}
      {typeof found === "object" && (
        <Known key={scenario.id} record={found} run={run} index={index} route={route} />
      )}
    </>
  );
}

function Head({ run, index, children }: { run: PageRun; index: number; children: preact.ComponentChildren }) {
  const link = (by: number, word: string) => {
    const other = run.scenarios[index + by];
    return other ? (
      <a href={hrefOf({ id: other.id })} title={other.title}>
        {word}
      </a>
    ) : null;
  };
  return (
    <div class="head">
      <nav aria-label="Scenarios">
        <a href={hrefOf({})}>All scenarios</a>
        {link(-1, "Previous")}
        {link(1, "Next")}
      </nav>
      {children}
    </div>
  );
}

function Known({
  record,
  run,
  index,
  route,
}: {
  record: PageRecord;
  run: PageRun;
  index: number;
  route: Route;
}) {
  const { scenario, events, left } = record;
  const views = useMemo(() => attemptsOf(events).map(attemptView), [events]);
  const attempt = views.find((view) => view.attempt === route.attempt) ?? decisiveOf(views, scenario.verdict);
  const failure = attempt ? attempt.finished?.failure : scenario.failure;
  const view = attempt ?? withoutRecord(scenario);
  // Of a run that was killed nothing but the step itself says where it was.
  const failed = failure?.step?.index ?? view.steps.find(({ status }) => status === "failed")?.index;
  const chosen = route.step ?? failed ?? (view.steps.length > 0 ? 0 : -1);
  const step = chosen < 0 ? undefined : chosen;
  const tab = route.tab ?? "step";
  const at = (part: Partial<Route>): Route => ({
    id: scenario.id,
    step: chosen,
    tab,
    attempt: route.attempt,
    ...part,
  });
  const show = (part: Partial<Route>) => go(at(part), true);
  const moveStep = (by: number) => {
    show({ step: Math.max(-1, Math.min(view.steps.length - 1, chosen + by)) });
  };
  const moveTab = (by: number) => show({ tab: TABS[(TABS.indexOf(tab) + by + TABS.length) % TABS.length] });
  const moveFailed = () => {
    const rest = [...run.scenarios.slice(index + 1), ...run.scenarios.slice(0, index)];
    const next = rest.find(({ verdict }) => verdict === "failed" || verdict === "blocked");
    if (next) go({ id: next.id });
  };
  const moveScenario = (by: number) => {
    const other = run.scenarios[index + by];
    if (other) go({ id: other.id });
  };
  const keys: Key[] = [
    { keys: ["j", "ArrowDown"], shown: "j ↓", about: "next step", act: () => moveStep(1) },
    { keys: ["k", "ArrowUp"], shown: "k ↑", about: "step before", act: () => moveStep(-1) },
    { keys: ["l", "ArrowRight"], shown: "l →", about: "next tab", act: () => moveTab(1) },
    { keys: ["h", "ArrowLeft"], shown: "h ←", about: "tab before", act: () => moveTab(-1) },
    { keys: ["n"], shown: "n", about: "next scenario", act: () => moveScenario(1) },
    { keys: ["p"], shown: "p", about: "scenario before", act: () => moveScenario(-1) },
    { keys: ["f"], shown: "f", about: "next scenario that did not pass", act: moveFailed },
    { keys: ["Escape"], shown: "Esc", about: "all scenarios", act: () => go({}) },
  ];
  return (
    <>
      <div class="corner">
        <Keys list={keys} />
      </div>
      <p class="facts">
        <Verdict of={attempt?.finished?.verdict ?? scenario.verdict} />
        {scenario.flaky && <Verdict of="flaky" />}
        <span class="id">{scenario.id}</span>
        <span>{scenario.file}</span>
        <span>{view.gateway ?? run.gateway}</span>
        <Time
          ms={attempt ? (attempt.finished?.durationMs ?? attempt.endedAt - attempt.at) : scenario.durationMs}
        />
      </p>
      {scenario.objective !== undefined && scenario.objective !== scenario.title && (
        <details class="objective">
          <summary>{scenario.objective}</summary>
          <ul>
            {scenario.successCriteria?.map((criterion) => (
              <li key={criterion}>{criterion}</li>
            ))}
          </ul>
        </details>
      )}
      {views.length > 1 && (
        <nav class="attempts" aria-label="Attempts">
          {views.map((each) => (
            <a
              key={each.attempt}
              href={hrefOf({ id: scenario.id, step: 0, tab: "step", attempt: each.attempt })}
              aria-current={each === attempt ? "page" : undefined}
            >
              <Verdict of={each.finished?.verdict ?? "failed"} word={false} /> Attempt {each.attempt}
            </a>
          ))}
        </nav>
      )}
      {left !== undefined && <p class="banner">{left}</p>}
      {scenario.reason !== undefined && <p class="banner">{scenario.reason}</p>}
      {failure && <FailureCard failure={failure} />}
      <Command label="Run again" text={scenario.rerun} />
      {attempt && (
        <Timeline view={view} selected={step} onSelect={(to, what) => show({ step: to ?? -1, tab: what })} />
      )}
      <div class="columns">
        <Steps view={view} chosen={chosen} hrefFor={(to) => hrefOf(at({ step: to }))} />
        <Details view={view} step={step} tab={tab} failure={failure} onTab={(to) => show({ tab: to })} />
      </div>
      <Evidence scenario={scenario} view={view} />
    </>
  );
}

function FailureCard({ failure }: { failure: Failure }) {
  const { headline, message, code, fault, chain, hint, file, position, statement, expected, seen, values } =
    failure;
  const diff = placeByPlace(expected, seen);
  return (
    <section class="failure" aria-label="Why it failed">
      <h2>{headline ?? message}</h2>
      {headline !== undefined && headline !== message && <p class="message">{message}</p>}
      <p class="facts">
        <span>{code}</span>
        <span>fault of the {fault}</span>
        {file !== undefined && (
          <span>
            {file}
            {position ? `:${position.line}:${position.column}` : ""}
          </span>
        )}
        {statement !== undefined && <code>{statement}</code>}
      </p>
      {chain && <Chain chain={chain} />}
      {diff !== undefined && (
        <figure class="judged">
          <figcaption>- expected, + seen</figcaption>
          <DiffLines text={diff} />
        </figure>
      )}
      {diff === undefined && (expected !== undefined || seen !== undefined) && (
        <dl class="pair">
          <dt>expected</dt>
          <dd class="added">
            <pre>{expected === undefined ? "–" : <Words text={expected} other={seen} />}</pre>
          </dd>
          <dt>seen</dt>
          <dd class="gone">
            <pre>{seen === undefined ? "–" : <Words text={seen} other={expected} />}</pre>
          </dd>
        </dl>
      )}
      {values && values.length > 0 && (
        <dl class="pair">
          {values.flatMap(({ expression, value }) => [
            <dt key={expression}>
              <code>{expression}</code>
            </dt>,
            <dd key={`${expression} value`}>
              <pre>{value}</pre>
            </dd>,
          ])}
        </dl>
      )}
      {hint !== undefined && <p class="hint">{hint}</p>}
      {failure.details !== undefined && (
        <details>
          <summary>Details</summary>
          <pre>{failure.details}</pre>
        </details>
      )}
    </section>
  );
}

function Steps({
  view,
  chosen,
  hrefFor,
}: {
  view: AttemptView;
  chosen: number;
  hrefFor(step: number): string;
}) {
  const list = useRef<HTMLOListElement>(null);
  useEffect(() => {
    list.current?.querySelector('[aria-current="true"]')?.scrollIntoView({ block: "nearest" });
  }, [chosen]);
  const current = (step: number) => (chosen === step ? "true" : undefined);
  return (
    <nav class="step-list" aria-label="Steps">
      <ol ref={list}>
        <li>
          <a href={hrefFor(-1)} aria-current={current(-1)}>
            <span class="number">all</span>
            <span class="name">The whole attempt</span>
          </a>
        </li>
        {view.steps.map(({ index, name, status, at, endedAt }) => (
          <li key={index}>
            <a href={hrefFor(index)} aria-current={current(index)} class={status}>
              <span class="number">{index + 1}</span>
              <span class="name">{name}</span>
              <span class="end">
                <Time ms={at === undefined || endedAt === undefined ? undefined : endedAt - at} />
                <Verdict of={status} word={false} />
              </span>
            </a>
          </li>
        ))}
      </ol>
    </nav>
  );
}

interface DetailsProps {
  view: AttemptView;
  step: number | undefined;
  tab: Tab;
  failure: Failure | undefined;
  onTab(tab: Tab): void;
}

function Details({ view, step, tab, failure, onTab }: DetailsProps) {
  const { Panel } = PANELS[tab];
  return (
    <div class="details-pane">
      <div role="tablist" aria-label="Evidence" class="tabs">
        {TABS.map((name) => {
          const count = PANELS[name].count?.(view, step);
          return (
            <button
              key={name}
              type="button"
              role="tab"
              id={`tab-${name}`}
              aria-selected={name === tab}
              aria-controls="panel"
              onClick={() => onTab(name)}
            >
              {PANELS[name].name}
              {count === undefined ? "" : <small> {count}</small>}
            </button>
          );
        })}
      </div>
      <div role="tabpanel" id="panel" aria-labelledby={`tab-${tab}`} class="panel">
        <Panel view={view} step={step} failure={failure} />
      </div>
    </div>
  );
}

function Evidence({ scenario, view }: { scenario: ScenarioReport; view: AttemptView }) {
  const files = view.finished?.evidence ?? scenario.evidence;
  const problems = [...scenario.cleanupProblems, ...(scenario.leaks ?? [])];
  return (
    <footer class="evidence">
      {files.length > 0 && (
        <p>
          Files beside this page:{" "}
          {files.map(({ kind, path }) => (
            <a key={path} href={`./${path.split("/").map(encodeURIComponent).join("/")}`}>
              {kind}
            </a>
          ))}
        </p>
      )}
      {view.cuts.map(({ what, kept, left }) => (
        <p key={what}>
          Of {what.replaceAll("-", " ")}s {kept} are here; {left} more were left out.
        </p>
      ))}
      {problems.map((problem) => (
        <p key={problem}>{problem}</p>
      ))}
    </footer>
  );
}
