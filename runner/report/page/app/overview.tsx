import { useMemo, useRef, useState } from "preact/hooks";
import { formatDuration, plural } from "../../../base/text.ts";
import type { PageRun, PageScenario } from "../page-data.ts";
import type { Key } from "./keys.tsx";
import { Command, Time, Verdict } from "./parts.tsx";
import { hrefOf } from "./route.ts";
import { Top, useRows } from "./rows.tsx";

const KINDS = ["failed", "blocked", "flaky", "passed", "skipped"] as const;
type Kind = (typeof KINDS)[number];

const SORTS = {
  "in the run's order": undefined,
  "what failed first": (a: PageScenario, b: PageScenario) => rank(a) - rank(b),
  "slowest first": (a: PageScenario, b: PageScenario) => b.durationMs - a.durationMs,
} as const;

interface Filter {
  text: string;
  kinds: readonly Kind[];
  cause: string;
  tag: string;
  gateway: string;
  sort: keyof typeof SORTS;
}

/** Kept while a scenario is looked at. */
let kept: Filter | undefined;

/** The run at a glance, and its scenarios. @param seen where one comes from: keys go on from there */
export function Overview({ run, seen }: { run: PageRun; seen: string | undefined }) {
  const { scenarios, counts } = run;
  const hasFailed = counts.failed + counts.blocked > 0;
  const [filter, setFilter] = useState<Filter>(
    kept ?? {
      ...{ text: "", kinds: [], cause: "", tag: "", gateway: "" },
      sort: hasFailed ? "what failed first" : "in the run's order",
    },
  );
  kept = filter;
  const change = (part: Partial<Filter>) => setFilter({ ...filter, ...part });
  const shown = useMemo(() => shownOf(scenarios, filter), [scenarios, filter]);
  const search = useRef<HTMLInputElement>(null);
  const rows = useRows(seen);
  const causes = different(scenarios.map(({ fault }) => fault));
  const tags = different(scenarios.flatMap(({ tags }) => tags));
  const gateways = different(scenarios.map(({ gateway }) => gateway));
  const slowest = Math.max(1, ...scenarios.map(({ durationMs }) => durationMs));

  const keys: Key[] = [
    ...rows.keys,
    {
      keys: ["o"],
      shown: "Enter o",
      about: "open it",
      act: () => (document.activeElement as HTMLElement)?.click(),
    },
    { keys: ["/"], shown: "/", about: "search", act: () => search.current?.focus() },
    {
      keys: ["Escape"],
      shown: "Esc",
      about: "show all scenarios again",
      act: () => {
        change({ text: "", kinds: [], cause: "", tag: "", gateway: "" });
        search.current?.blur();
      },
    },
  ];
  return (
    <>
      <Top keys={keys} />
      <main>
        <h1 tabIndex={-1}>{headline(run)}</h1>
        <p class="facts">
          {[
            `on ${run.gateway}`,
            `${formatDuration(run.durationMs)}, ${run.jobs} at once`,
            new Date(run.startedAt).toLocaleString(),
            `exit code ${run.exitCode}`,
            run.name ?? run.runId,
          ].map((fact) => (
            <span key={fact}>{fact}</span>
          ))}
        </p>
        {run.interrupted && (
          <p class="banner">This run was interrupted: what it had not come to is missing, and not passed.</p>
        )}
        {run.notes.map((note) => (
          <p key={note} class="banner">
            {note}
          </p>
        ))}
        <Command label="Run again" text={run.command} />
        <search>
          <div class="filters">
            <input
              ref={search}
              type="search"
              aria-label="Search scenarios"
              placeholder="Search  /"
              value={filter.text}
              onInput={({ currentTarget }) => change({ text: currentTarget.value })}
            />
            <fieldset class="kinds">
              <legend class="unseen">Verdicts</legend>
              {KINDS.map((kind) => (
                <button
                  key={kind}
                  type="button"
                  disabled={counts[kind] === 0}
                  aria-pressed={filter.kinds.includes(kind)}
                  onClick={() =>
                    change({
                      kinds: filter.kinds.includes(kind)
                        ? filter.kinds.filter((other) => other !== kind)
                        : [...filter.kinds, kind],
                    })
                  }
                >
                  <Verdict of={kind} /> {counts[kind]}
                </button>
              ))}
            </fieldset>
            <Choice name="Cause" of={causes} value={filter.cause} onChange={(cause) => change({ cause })} />
            <Choice name="Tag" of={tags} value={filter.tag} onChange={(tag) => change({ tag })} />
            <Choice
              name="Gateway"
              of={gateways}
              value={filter.gateway}
              onChange={(gateway) => change({ gateway })}
            />
            <label class="choice">
              <span>Sort</span>
              <select
                value={filter.sort}
                onChange={({ currentTarget }) => change({ sort: currentTarget.value as Filter["sort"] })}
              >
                {Object.keys(SORTS).map((name) => (
                  <option key={name}>{name}</option>
                ))}
              </select>
            </label>
          </div>
        </search>
        <p class="count" role="status">
          {shown.length === scenarios.length
            ? plural(scenarios.length, "scenario")
            : `${shown.length} of ${plural(scenarios.length, "scenario")}`}
        </p>
        <ol class="rows" ref={rows.list}>
          {shown.map((scenario) => (
            <li key={scenario.id}>
              <Row scenario={scenario} slowest={slowest} showGateway={gateways.length > 1} />
            </li>
          ))}
        </ol>
        <footer>{run.tool}</footer>
      </main>
    </>
  );
}

interface RowProps {
  scenario: PageScenario;
  /** Milliseconds. */
  slowest: number;
  showGateway: boolean;
}

function Row({ scenario, slowest, showGateway }: RowProps) {
  const { id, title, verdict, flaky, fault, why, unproven, durationMs, attempts, gateway, before } = scenario;
  const kind = flaky && verdict === "passed" ? "flaky" : verdict;
  return (
    <a class={`row ${kind}`} href={hrefOf({ id })}>
      <Verdict of={kind} />
      <span class="what">
        <span class="title">{title}</span>
        <span class="id">{id}</span>
        {why !== undefined && (
          <span class="why">
            {fault === undefined ? "" : <b>{fault}: </b>}
            {why}
          </span>
        )}
      </span>
      <span class="more">
        {unproven !== undefined && <span>{unproven}</span>}
        {attempts > 1 && <span>{attempts} attempts</span>}
        {before && before.length > 0 && <Before verdicts={before} />}
        {showGateway && <span>{gateway}</span>}
      </span>
      <span class="took">
        <Time ms={durationMs} />
        <span
          aria-hidden="true"
          class="bar"
          style={{ inlineSize: `${Math.max(1, (durationMs / slowest) * 100)}%` }}
        />
      </span>
    </a>
  );
}

function Before({ verdicts }: { verdicts: readonly string[] }) {
  return (
    <span class="before" role="img" aria-label={`before: ${verdicts.join(", ")}`}>
      {verdicts.map((verdict, index) => (
        <Verdict key={index} of={verdict} word={false} />
      ))}
    </span>
  );
}

interface ChoiceProps {
  name: string;
  of: readonly string[];
  value: string;
  onChange(value: string): void;
}

/** One of several; not there where there is nothing to choose. */
function Choice({ name, of, value, onChange }: ChoiceProps) {
  if (of.length < 2 && name !== "Cause") return null;
  if (of.length === 0) return null;
  return (
    <label class="choice">
      <span>{name}</span>
      <select value={value} onChange={({ currentTarget }) => onChange(currentTarget.value)}>
        <option value="">all</option>
        {of.map((each) => (
          <option key={each}>{each}</option>
        ))}
      </select>
    </label>
  );
}

/** What came out, in a few words. */
export function headline({ counts, interrupted }: PageRun): string {
  const parts = (["failed", "blocked", "passed", "skipped"] as const)
    .filter((kind) => counts[kind] > 0)
    .map((kind) => `${counts[kind]} ${kind}`);
  if (counts.flaky > 0) parts.push(`${counts.flaky} flaky`);
  const text = parts.length === 0 ? "Nothing ran" : parts.join(", ");
  return interrupted ? `${text}, interrupted` : text;
}

function rank({ verdict, flaky }: PageScenario): number {
  return ["failed", "blocked", "flaky", "passed", "skipped"].indexOf(
    flaky && verdict === "passed" ? "flaky" : verdict,
  );
}

function different(values: readonly (string | undefined)[]): string[] {
  return [...new Set(values.filter((value) => value !== undefined))].sort();
}

function shownOf(scenarios: readonly PageScenario[], filter: Filter): PageScenario[] {
  const words = filter.text.toLowerCase().split(/\s+/).filter(Boolean);
  const found = scenarios.filter((scenario) => {
    const { id, title, file, why = "", tags, fault, gateway, verdict, flaky } = scenario;
    const text = [id, title, file, why, ...tags].join(" ").toLowerCase();
    const isKind = (kind: Kind) => (kind === "flaky" ? flaky && verdict === "passed" : verdict === kind);
    return (
      words.every((word) => text.includes(word)) &&
      (filter.kinds.length === 0 || filter.kinds.some(isKind)) &&
      (filter.cause === "" || fault === filter.cause) &&
      (filter.tag === "" || tags.includes(filter.tag)) &&
      (filter.gateway === "" || gateway === filter.gateway)
    );
  });
  const sort = SORTS[filter.sort];
  return sort ? found.toSorted(sort) : found;
}
