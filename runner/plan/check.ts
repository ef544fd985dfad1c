import { type Catalog, type CatalogOptions, loadCatalog } from "../scenario/catalog/catalog.ts";
import { withoutRows } from "../scenario/catalog/rows.ts";
import type { Diagnostic } from "../scenario/source/diagnostic.ts";
import { compileScenario } from "./compile.ts";

/** What can be known of scenarios before a gateway starts. */
export interface CheckedScenarios {
  catalog: Catalog;
  /** Names of all files that were read. */
  files: string[];
  /** Of files and of flows. */
  diagnostics: Diagnostic[];
}

/**
 * Reads and compiles scenarios.
 * @throws UsageError as `loadCatalog` does
 */
export async function checkScenarios(options: CatalogOptions): Promise<CheckedScenarios> {
  const catalog = await loadCatalog(options);
  const flows = withoutRows(catalog.scenarios).flatMap((scenario) => compileScenario(scenario).diagnostics);
  return { catalog, files: [...catalog.files], diagnostics: [...catalog.diagnostics, ...flows] };
}
