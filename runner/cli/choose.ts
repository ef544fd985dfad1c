import { basename, extname } from "node:path";
import { QaError } from "../errors.ts";
import { compileScenario } from "../plan/prepare.ts";
import { type Offer, planScenarios } from "../plan/requirements.ts";
import { matchesId, type Selected, type Selection, selectScenarios } from "../plan/select.ts";
import type { PreparedScenario } from "../run/prepared.ts";
import type { Catalog } from "../scenario/catalog.ts";
import type { Diagnostic } from "../scenario/source.ts";

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
  const errors = errorsOf(catalog);
  const named = new Set(selected.filter((choice) => choice.named).map(({ scenario }) => scenario.id));

  const found: Diagnostic[] = [];
  const prepared = planScenarios(selected, offer).map(({ scenario, skip, release }): PreparedScenario => {
    const { flow, diagnostics } = compileScenario(scenario);
    const ofFile = errors.filter(({ file }) => file === scenario.file.name);
    found.push(...ofFile, ...diagnostics.filter(({ severity }) => severity === "error"));
    return { scenario, flow, named: named.has(scenario.id), skip, release };
  });
  if (found.length > 0) throw new InvalidScenarios(found);
  return prepared;
}

function errorsOf({ diagnostics }: Catalog): Diagnostic[] {
  return diagnostics.filter(({ severity }) => severity === "error");
}

/**
 * The first part of `chooseScenarios`, for whoever plans by himself. A chosen scenario may be in a file that gave
 * none: its errors say more than "unknown id".
 * @throws UsageError, InvalidScenarios
 */
export function selectReadable(catalog: Catalog, { patterns, tags, all }: Selection): Selected[] {
  const errors = errorsOf(catalog);
  if (all && errors.length > 0) throw new InvalidScenarios(errors);
  const unusable = catalog.unusable.filter(({ id, file }) => {
    const name = id ?? basename(file.name, extname(file.name));
    return patterns.length === 0 ? tags.length > 0 : patterns.some((pattern) => matchesId(pattern, name));
  });
  const names = new Set(unusable.map(({ file }) => file.name));
  if (names.size > 0) throw new InvalidScenarios(errors.filter(({ file }) => names.has(file)));
  return selectScenarios(catalog.scenarios, { patterns, tags, all });
}
