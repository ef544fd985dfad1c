import { basename, extname } from "node:path";
import picomatch from "picomatch";
import { UsageError } from "../base/errors.ts";
import { suggest } from "../base/suggest.ts";
import type { Catalog } from "../scenario/catalog/catalog.ts";
import { familiesOf } from "../scenario/catalog/rows.ts";
import type { Diagnostic } from "../scenario/source/diagnostic.ts";
import type { Scenario } from "../scenario/types.ts";

export interface Selection {
  /** Ids or globs over ids. */
  patterns: readonly string[];
  /** Theme, surface, coverage id or own tag; any of them. */
  tags: readonly string[];
  all: boolean;
  /** Only these rows of their examples. */
  rows?: readonly string[];
  /** Which of the ids the user named, where the patterns are not the user's own; all of them if undefined. */
  named?: readonly string[];
}

/** A scenario that was chosen, and whether the user named it: a named one must not be left out silently. */
export interface Selected {
  scenario: Scenario;
  named: boolean;
}

/** Why a selection cannot be what was meant. */
export type SelectionProblem =
  | { kind: "empty" }
  /** `all`, and ids or tags beside it. */
  | { kind: "all-and-more" }
  | { kind: "unknown-id" | "unknown-glob"; pattern: string; index: number; near: string | undefined }
  | { kind: "unknown-tag"; tag: string; index: number; near: string | undefined }
  /** No chosen scenario has the row; or one that was named, and then `scenario`, has none of those that are asked for. */
  | { kind: "unknown-row"; row: string; scenario?: string; near: string | undefined }
  | { kind: "no-match" };

export interface SelectionResult {
  /** In catalog order. With both patterns and tags, a scenario must fit both. */
  selected: Selected[];
  problems: SelectionProblem[];
  /** Errors of files that are chosen, or may be, and gave no scenario. */
  unreadable: Diagnostic[];
}

/**
 * Chooses scenarios from a catalog. A file that could not be read counts as chosen when it may be meant: always with
 * `all` and tags; with an id or a glob by its id or, if that is not known, by its name.
 */
export function selectScenarios(catalog: Catalog, typed: Selection): SelectionResult {
  const selection = { ...typed, patterns: typed.patterns.map(normalized) };
  const { patterns, tags } = selection;
  const named = typed.named?.map(normalized) ?? patterns;
  const fitting = catalog.scenarios
    .filter(
      (scenario) => patterns.length === 0 || patterns.some((pattern) => matchesScenario(pattern, scenario)),
    )
    .filter((scenario) => tags.length === 0 || tags.some((tag) => scenario.tags.includes(tag)))
    .map((scenario) => ({
      scenario,
      named: named.includes(scenario.id) || named.includes(scenario.family),
    }));
  const { selected, problems: ofRows } = narrowToRows(fitting, typed.rows?.map(normalized) ?? []);
  const problems = [...problemsOf(catalog, selection), ...ofRows];
  if (selected.length === 0 && problems.length === 0) problems.push({ kind: "no-match" });
  return { selected, problems, unreadable: unreadableFor(catalog, selection) };
}

/** Leaves only some rows of the chosen scenarios; all of them, and what has no rows, when none is named. */
function narrowToRows(
  fitting: readonly Selected[],
  rows: readonly string[],
): Pick<SelectionResult, "selected" | "problems"> {
  if (rows.length === 0) return { selected: [...fitting], problems: [] };
  const known = [...new Set(fitting.flatMap(({ scenario }) => scenario.row?.name ?? []))];
  const selected = fitting.filter(({ scenario }) => scenario.row && rows.includes(scenario.row.name));
  const problems = rows
    .filter((row) => !known.includes(row))
    .map((row): SelectionProblem => ({ kind: "unknown-row", row, near: suggest(row, known) }));
  const left = new Set(selected.map(({ scenario }) => scenario.family));
  const without = fitting.find(({ scenario, named }) => named && !left.has(scenario.family));
  if (without && problems.length === 0) {
    const row = rows.join(", ");
    problems.push({ kind: "unknown-row", row, scenario: without.scenario.family, near: undefined });
  }
  return { selected, problems };
}

/**
 * The scenarios with any of these tags that can be read; all of them for no tags.
 * @throws UsageError for a tag that no scenario has
 */
export function requireTagged(catalog: Catalog, tags: readonly string[]): readonly Scenario[] {
  if (tags.length === 0) return catalog.scenarios;
  const selection = { patterns: [], tags, all: false };
  const { selected, problems } = selectScenarios(catalog, selection);
  const [problem] = problems;
  if (problem) throw selectionError(problem, selection);
  return selected.map(({ scenario }) => scenario);
}

/** Those of the patterns that are ids. */
export function idsAmong(patterns: readonly string[]): string[] {
  return patterns.filter((pattern) => !isGlob(pattern)).map(normalized);
}

/** The ids that a selection names, when it chooses nothing by other means; undefined when it does. */
export function namedIds({ patterns, tags, all }: Selection): readonly string[] | undefined {
  return all || tags.length > 0 || patterns.some(isGlob) ? undefined : patterns;
}

/**
 * Leaves out the ids that are not in a catalog any more.
 * @returns `vanished` are these, each with the id that is near enough to be its new name
 */
export function withoutVanished(
  catalog: Catalog,
  selection: Selection,
): { selection: Selection; vanished: { id: string; near: string | undefined }[] } {
  const vanished = selectScenarios(catalog, selection).problems.flatMap((problem) =>
    problem.kind === "unknown-id" ? [{ ...problem, id: selection.patterns[problem.index] ?? "" }] : [],
  );
  const gone = new Set(vanished.map(({ id }) => id));
  return {
    selection: { ...selection, patterns: selection.patterns.filter((id) => !gone.has(id)) },
    vanished: vanished.map(({ id, near }) => ({ id, near })),
  };
}

/** A problem of a selection, as the error that the command line shows. */
export function selectionError(problem: SelectionProblem, { all }: Selection): UsageError {
  switch (problem.kind) {
    case "empty":
      return new UsageError(
        "no scenario chosen",
        "Give ids or globs, --tag <tag>, or --all; `qa list` shows them.",
      );
    case "all-and-more":
      return new UsageError(
        "--all already chooses every scenario",
        "Leave out --all to run only what the ids and tags choose.",
      );
    case "unknown-glob":
      return new UsageError(`no scenario id fits the glob ${problem.pattern}`, "`qa list` shows all ids.");
    case "unknown-id":
      return new UsageError(`unknown scenario id: ${problem.pattern}`, didYouMean(problem.near));
    case "unknown-tag":
      return new UsageError(`no scenario has the tag ${problem.tag}`, didYouMean(problem.near));
    case "unknown-row":
      return new UsageError(
        `${problem.scenario ?? "none of the chosen scenarios"} has${problem.scenario ? " no" : " a"} row ${problem.row} in its examples`,
        didYouMean(problem.near),
      );
    case "no-match":
      return new UsageError(
        all ? "there is no scenario to run" : "no scenario fits all of the ids, globs and tags given",
        didYouMean(undefined),
      );
  }
}

function didYouMean(near: string | undefined): string {
  return near ? `Did you mean ${near}? \`qa list\` shows all.` : "`qa list` shows what there is.";
}

function problemsOf(
  { scenarios, unusable, builtinNames }: Catalog,
  { patterns, tags, all }: Selection,
): SelectionProblem[] {
  const isNarrowed = patterns.length > 0 || tags.length > 0;
  const ids = [...new Set(scenarios.flatMap(({ id, family }) => [family, id]))];
  // Errors in their files say more than that there is no such scenario.
  const knownIds = [...ids, ...unusable.map(nameOf)];
  const knownTags = [...new Set(scenarios.flatMap((scenario) => scenario.tags))];
  return [
    ...(all || isNarrowed ? [] : [{ kind: "empty" as const }]),
    ...(all && isNarrowed ? [{ kind: "all-and-more" as const }] : []),
    ...patterns.flatMap((pattern, index): SelectionProblem[] => {
      if (knownIds.some((id) => matchesId(pattern, id)) || unusable.some((file) => mayBeRow(pattern, file)))
        return [];
      const kind = isGlob(pattern) ? "unknown-glob" : "unknown-id";
      return [{ kind, pattern, index, near: suggest(pattern, [...ids, ...builtinNames]) }];
    }),
    ...tags.flatMap((tag, index): SelectionProblem[] =>
      knownTags.includes(tag) ? [] : [{ kind: "unknown-tag", tag, index, near: suggest(tag, knownTags) }],
    ),
  ];
}

function unreadableFor(catalog: Catalog, { patterns, tags, all }: Selection): Diagnostic[] {
  const errors = catalog.diagnostics.filter(({ severity }) => severity === "error");
  const shared = errors.filter(({ file }) => catalog.shared.includes(file));
  if (shared.length > 0) return shared;
  if (all) return errors;
  const meant = catalog.unusable.filter((file) =>
    patterns.length === 0
      ? tags.length > 0
      : patterns.some((pattern) => matchesId(pattern, nameOf(file)) || mayBeRow(pattern, file)),
  );
  const names = new Set(meant.map(({ file }) => file.name));
  return errors.filter(({ file }) => names.has(file));
}

function nameOf({ id, file }: Catalog["unusable"][number]): string {
  return id ?? basename(file.name, extname(file.name));
}

/** Scenarios have their ids in this form: a keyboard, or the name of a file, may give another for the same text. */
function normalized(id: string): string {
  return id.normalize();
}

/** A file that gave no scenario gave no rows either. */
function mayBeRow(pattern: string, file: Catalog["unusable"][number]): boolean {
  return familiesOf(pattern).includes(nameOf(file));
}

/** Whether a pattern means a scenario: by its own id, or by that of the file, whose rows are all meant then. */
function matchesScenario(pattern: string, { id, family }: Scenario): boolean {
  return matchesId(pattern, id) || matchesId(pattern, family);
}

/** An id means itself, whatever a glob would read into it. */
function matchesId(pattern: string, id: string): boolean {
  return id === pattern || (isGlob(pattern) && picomatch.isMatch(id, pattern));
}

function isGlob(pattern: string): boolean {
  return picomatch.scan(pattern).isGlob;
}
