import picomatch from "picomatch";
import { UsageError } from "../base/errors.ts";
import { suggest } from "../base/suggest.ts";
import type { Scenario } from "../scenario/types.ts";

export interface Selection {
  /** Ids or globs over ids. */
  patterns: readonly string[];
  /** Theme, surface, coverage id or own tag; any of them. */
  tags: readonly string[];
  all: boolean;
  /** Which of the ids the user named, where the patterns are not the user's own; all of them if undefined. */
  named?: readonly string[];
}

/** A scenario that was chosen, and whether the user named it: a named one may not be left out silently. */
export interface Selected {
  scenario: Scenario;
  named: boolean;
}

/**
 * Chooses scenarios in catalog order. With both patterns and tags, a scenario must fit both.
 * @throws UsageError for an id, a glob or a tag that fits nothing, and for an empty selection
 */
export function selectScenarios(scenarios: readonly Scenario[], selection: Selection): Selected[] {
  const { patterns, tags, all } = selection;
  const byName = selection.named ?? patterns;
  if (!all && patterns.length === 0 && tags.length === 0) {
    throw new UsageError(
      "no scenario chosen",
      "Give ids or globs, --tag <tag>, or --all; `qa list` shows them.",
    );
  }
  if (all && (patterns.length > 0 || tags.length > 0)) {
    throw new UsageError(
      "--all already chooses every scenario",
      "Leave out --all to run only what the ids and tags choose.",
    );
  }
  const ids = scenarios.map(({ id }) => id);
  const chosen = patterns.map((pattern) => matcherOf(pattern, ids));
  rejectUnknownTags(scenarios, tags);

  const selected = scenarios.flatMap((scenario): Selected[] => {
    const named = byName.includes(scenario.id);
    if (patterns.length > 0 && !chosen.some((matches) => matches(scenario.id))) return [];
    if (tags.length > 0 && !tags.some((tag) => scenario.tags.includes(tag))) return [];
    return [{ scenario, named }];
  });
  if (selected.length > 0) return selected;
  throw new UsageError(
    all ? "there is no scenario to run" : "no scenario fits all of the ids, globs and tags given",
    "`qa list` shows what there is.",
  );
}

/** Whether an id or a glob over ids means this scenario. */
export function matchesId(pattern: string, id: string): boolean {
  return isGlob(pattern) ? picomatch.isMatch(id, pattern) : id === pattern;
}

/** The ids that a selection names, when it chooses nothing by other means; undefined when it does. */
export function namedIds({ patterns, tags, all }: Selection): readonly string[] | undefined {
  return all || tags.length > 0 || patterns.some(isGlob) ? undefined : patterns;
}

function isGlob(pattern: string): boolean {
  return picomatch.scan(pattern).isGlob;
}

function matcherOf(pattern: string, ids: readonly string[]): (id: string) => boolean {
  if (ids.some((id) => matchesId(pattern, id))) return (id) => matchesId(pattern, id);
  if (isGlob(pattern))
    throw new UsageError(`no scenario id fits the glob ${pattern}`, "`qa list` shows all ids.");
  throw new UsageError(`unknown scenario id: ${pattern}`, didYouMean(pattern, ids));
}

function rejectUnknownTags(scenarios: readonly Scenario[], tags: readonly string[]): void {
  const known = [...new Set(scenarios.flatMap((scenario) => scenario.tags))];
  for (const tag of tags) {
    if (!known.includes(tag)) throw new UsageError(`no scenario has the tag ${tag}`, didYouMean(tag, known));
  }
}

function didYouMean(wrong: string, known: readonly string[]): string {
  const near = suggest(wrong, known);
  return near ? `Did you mean ${near}? \`qa list\` shows all.` : "`qa list` shows what there is.";
}
