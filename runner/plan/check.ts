import { type Catalog, type CatalogOptions, loadCatalog } from "../scenario/catalog/catalog.ts";
import { withoutRows } from "../scenario/catalog/rows.ts";
import type { Diagnostic } from "../scenario/source/diagnostic.ts";
import type { Scenario } from "../scenario/types.ts";

/** What can be known of scenarios before a gateway starts. */
export interface CheckedScenarios {
  catalog: Catalog;
  /** Names of all files that were read. */
  files: string[];
  /** Of files and of flows. */
  diagnostics: Diagnostic[];
}

/**
 * Reads and compiles scenarios; with `kept`, only those that were not checked before.
 * @throws UsageError as `loadCatalog` does
 */
export async function checkScenarios(options: CatalogOptions): Promise<CheckedScenarios> {
  const catalog = await loadCatalog(options);
  const checked = new Map<string, readonly Diagnostic[]>();
  for (const scenario of withoutRows(catalog.scenarios)) {
    checked.set(scenario.file.path, scenario.checked ?? (await problemsOf(scenario)));
  }
  options.kept?.save(checked);
  const flows = [...checked.values()].flat();
  return { catalog, files: [...catalog.files], diagnostics: [...catalog.diagnostics, ...flows] };
}

/** The vocabulary takes longer to load than to read what an earlier check found. */
async function problemsOf(scenario: Scenario): Promise<readonly Diagnostic[]> {
  const { compileScenario } = await import("./compile.ts");
  return compileScenario(scenario).diagnostics;
}
