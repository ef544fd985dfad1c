import { UsageError } from "../base/errors.ts";
import type { MissingPermission } from "../flow/types.ts";
import type { IndexedPack, PreparedScenario } from "../run/prepared.ts";
import type { Catalog } from "../scenario/catalog/catalog.ts";
import { withoutRows } from "../scenario/catalog/rows.ts";
import type { Diagnostic } from "../scenario/source/diagnostic.ts";
import { InvalidFiles } from "../scenario/source/invalid-files.ts";
import type { Scenario } from "../scenario/types.ts";
import type { RunCapabilities } from "./capabilities.ts";
import { compileScenario } from "./compile.ts";
import { environmentOf } from "./environment.ts";
import { planRun } from "./plan.ts";
import {
  type Selected,
  type Selection,
  type SelectionProblem,
  selectionError,
  selectScenarios,
} from "./selection.ts";

/** A chosen scenario's file has errors; ends the program with exit code 3. */
export class InvalidScenarios extends InvalidFiles {
  constructor(diagnostics: readonly Diagnostic[]) {
    super("nothing was run: scenario files have errors", {
      code: "invalid-scenario",
      diagnostics,
      hint: "`qa check` finds the same without running anything.",
    });
  }
}

/**
 * The scenarios of a selection. Errors in files that were not chosen do not matter; those in a chosen one say more than
 * "unknown id".
 * @throws UsageError, InvalidScenarios
 */
export function requireSelected(catalog: Catalog, selection: Selection): Selected[] {
  const { selected, problems, unreadable } = selectScenarios(catalog, selection);
  rejectProblems(unreadable, problems, selection);
  return selected;
}

/** What a run has to do, and what is doubtful about it. */
export interface PreparedRun {
  scenarios: PreparedScenario[];
  /** Of the files of these scenarios, as `qa check` gives them; each once, in their order. */
  warnings: Diagnostic[];
}

/**
 * Plans a run and compiles its scenarios, ready to run.
 * @throws UsageError for a selection with a problem, for a named scenario that cannot run, and when nothing is left;
 *   InvalidScenarios
 */
export function prepareRun(
  catalog: Catalog,
  selection: Selection,
  capabilities: RunCapabilities,
): PreparedRun {
  const plan = planRun(catalog, selection, capabilities);
  rejectProblems(plan.diagnostics, plan.problems, selection);
  const [refused] = plan.refused;
  if (refused) {
    throw new UsageError(`${refused.scenario.id} cannot run here: ${refused.reason}`, refused.hint);
  }
  if (plan.scenarios.length === 0) {
    throw new UsageError(
      "none of the chosen scenarios fits this gateway and model",
      "`qa list` shows what each needs.",
    );
  }
  const packs = indexedPacks(catalog);
  const found: Diagnostic[] = [];
  const warnings = new Map<string, Diagnostic>();
  const scenarios = plan.scenarios.map(({ scenario, named, eligibility }): PreparedScenario => {
    const { flow, diagnostics, missingPermissions } = compileScenario(scenario);
    const all = [...catalog.diagnostics.filter(({ file }) => file === scenario.file.name), ...diagnostics];
    const problems = all.filter(isError);
    for (const each of all) {
      // The rows of a scenario's examples share them.
      const place = `${each.file}:${each.line}:${each.column} ${each.code}`;
      if (!isError(each)) warnings.set(place, each);
    }
    const choice = {
      scenario,
      named,
      pack: packs.get(scenario.pack.root),
      ...(eligibility.kind === "skip"
        ? { skip: { reason: eligibility.reason, hint: eligibility.hint } }
        : { release: eligibility.release }),
    };
    // What a foreign pack needs and this runner lacks stops that scenario, not the rest of the pack.
    if (problems.length > 0 && scenario.pack.foreign && !named) {
      return { ...choice, flow: undefined, blocked: blockedBy(problems) };
    }
    found.push(...problems);
    const { environment, blocked } = environmentOf(scenario, capabilities.env);
    return { ...choice, flow, environment, blocked: untrusted(scenario, missingPermissions) ?? blocked };
  });
  // The rows of a scenario's examples share its problems.
  if (found.length > 0) throw new InvalidScenarios([...new Set(found)]);
  return { scenarios, warnings: [...warnings.values()] };
}

function rejectProblems(
  unreadable: readonly Diagnostic[],
  [problem]: readonly SelectionProblem[],
  selection: Selection,
): void {
  if (unreadable.length > 0) throw new InvalidScenarios(unreadable);
  if (problem) throw selectionError(problem, selection);
}

function isError({ severity }: Diagnostic): boolean {
  return severity === "error";
}

/** By the root of the pack. */
function indexedPacks({ packIndexes, scenarios }: Catalog): Map<string, IndexedPack> {
  return new Map(
    packIndexes.map((index) => [
      index.pack.root,
      { index, scenarios: withoutRows(scenarios).filter(({ pack }) => pack.root === index.pack.root) },
    ]),
  );
}

function blockedBy(problems: readonly Diagnostic[]): PreparedScenario["blocked"] {
  const [first] = problems;
  if (!first) return undefined;
  const more = problems.length > 1 ? `, and ${problems.length - 1} more` : "";
  const place = `${first.file}:${first.line}:${first.column}`;
  return {
    reason: `the file has errors: ${first.message} [${first.code}] at ${place}${more}`,
    hint: "`qa check` with the same `--pack` shows all",
  };
}

/** A permission that was not granted blocks the scenario before it starts. */
function untrusted(scenario: Scenario, missing: readonly MissingPermission[]): PreparedScenario["blocked"] {
  if (missing.length === 0) return undefined;
  const uses = missing.map(
    ({ permission, what, position: { line, column } }) =>
      `\`${what}\` at ${scenario.file.name}:${line}:${column} needs the permission \`${permission}\``,
  );
  return {
    reason: `${uses.join(", ")}, which the pack does not have`,
    hint: "`--trust` grants it: use it for a pack whose code you trust",
  };
}
