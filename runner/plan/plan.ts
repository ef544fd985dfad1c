import { basename, extname } from "node:path";
import { QaError } from "../base/errors.ts";
import type { MissingPermission } from "../flow/types.ts";
import type { IndexedPack, PreparedScenario } from "../run/prepared.ts";
import type { Catalog } from "../scenario/catalog/catalog.ts";
import type { Diagnostic } from "../scenario/source/diagnostic.ts";
import type { Scenario } from "../scenario/types.ts";
import { type Offer, planScenarios } from "./eligibility.ts";
import { compileScenario } from "./prepare.ts";
import { matchesId, type Selected, type Selection, selectScenarios } from "./selection.ts";

/** A chosen scenario's file has errors; ends the program with exit code 3. */
export class InvalidScenarios extends QaError {
  readonly diagnostics: readonly Diagnostic[];

  constructor(diagnostics: readonly Diagnostic[]) {
    super("nothing was run: scenario files have errors", {
      code: "invalid-scenario",
      fault: "scenario",
      hint: "`qa check` finds the same without running anything.",
    });
    this.diagnostics = diagnostics;
  }
}

/**
 * From the catalog to what will run: select, plan, compile. Errors in files that were not chosen do not
 * matter. A file that could not be read counts as chosen when it may be meant: with `--all` and `--tag`
 * always, with an id or a glob by its id or, if that is not known, by its name.
 * @throws UsageError, InvalidScenarios
 */
export function chooseScenarios(catalog: Catalog, selection: Selection, offer: Offer): PreparedScenario[] {
  const selected = selectReadable(catalog, selection);
  const errors = catalog.diagnostics.filter(isError);
  const named = new Set(selected.filter((choice) => choice.named).map(({ scenario }) => scenario.id));

  const packs = indexedPacks(catalog);
  const found: Diagnostic[] = [];
  const prepared = planScenarios(selected, offer).map(({ scenario, skip, release }): PreparedScenario => {
    const { flow, diagnostics, missingPermissions } = compileScenario(scenario);
    const problems = [
      ...errors.filter(({ file }) => file === scenario.file.name),
      ...diagnostics.filter(isError),
    ];
    const isNamed = named.has(scenario.id);
    const choice = { scenario, named: isNamed, skip, release, pack: packs.get(scenario.pack.root) };
    // What a foreign pack needs and this runner lacks stops that scenario, not the rest of the pack.
    if (problems.length > 0 && scenario.pack.foreign && !isNamed) {
      return { ...choice, flow: undefined, blocked: blockedBy(problems) };
    }
    found.push(...problems);
    return { ...choice, flow, blocked: untrusted(scenario, missingPermissions) };
  });
  if (found.length > 0) throw new InvalidScenarios(found);
  return prepared;
}

function isError({ severity }: Diagnostic): boolean {
  return severity === "error";
}

/** By the root of the pack. */
function indexedPacks({ packIndexes, scenarios }: Catalog): Map<string, IndexedPack> {
  return new Map(
    packIndexes.map((index) => [
      index.pack.root,
      { index, scenarios: scenarios.filter(({ pack }) => pack.root === index.pack.root) },
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

/** A permission that nobody granted keeps the scenario from running at all. */
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

/**
 * The first part of `chooseScenarios`, for whoever plans by himself. A chosen scenario may be in a file that gave
 * none: its errors say more than "unknown id".
 * @throws UsageError, InvalidScenarios
 */
export function selectReadable(catalog: Catalog, selection: Selection): Selected[] {
  const { patterns, tags, all } = selection;
  const errors = catalog.diagnostics.filter(isError);
  const shared = errors.filter(({ file }) => catalog.shared.includes(file));
  if (shared.length > 0) throw new InvalidScenarios(shared);
  if (all && errors.length > 0) throw new InvalidScenarios(errors);
  const unusable = catalog.unusable.filter(({ id, file }) => {
    const name = id ?? basename(file.name, extname(file.name));
    return patterns.length === 0 ? tags.length > 0 : patterns.some((pattern) => matchesId(pattern, name));
  });
  const names = new Set(unusable.map(({ file }) => file.name));
  if (names.size > 0) throw new InvalidScenarios(errors.filter(({ file }) => names.has(file)));
  return selectScenarios(catalog.scenarios, selection);
}
