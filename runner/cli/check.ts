import { compileScenario } from "../plan/prepare.ts";
import { loadCatalog } from "../scenario/catalog.ts";
import { formatDiagnostics } from "../scenario/format.ts";
import type { Diagnostic } from "../scenario/source.ts";
import type { CheckOptions } from "./check-options.ts";
import { EXIT } from "./exit.ts";
import { REPO_ROOT, userFolder } from "./workspace.ts";

/** `qa check`: everything that can be wrong before a gateway boots. */
export async function check(paths: readonly string[], options: CheckOptions): Promise<number> {
  const catalog = await loadCatalog({
    repoRoot: REPO_ROOT,
    packs: options.pack,
    modelScripts: options.modelScript,
    cwd: userFolder(),
    paths,
  });
  const diagnostics = [
    ...catalog.diagnostics,
    ...catalog.scenarios.flatMap((scenario) => compileScenario(scenario).diagnostics),
  ].sort(byPlace);
  const errors = diagnostics.filter(({ severity }) => severity === "error").length;
  if (options.json) {
    process.stdout.write(`${JSON.stringify({ files: catalog.files, diagnostics }, undefined, 2)}\n`);
  } else {
    if (diagnostics.length > 0)
      process.stdout.write(`${await formatDiagnostics(diagnostics, process.stdout, userFolder())}\n\n`);
    const summary = [plural(errors, "error"), plural(diagnostics.length - errors, "warning")].join(", ");
    process.stdout.write(`${plural(catalog.files.length, "file")} checked: ${summary}\n`);
  }
  return errors > 0 ? EXIT.invalid : EXIT.passed;
}

function byPlace(a: Diagnostic, b: Diagnostic): number {
  return a.file.localeCompare(b.file) || a.line - b.line || a.column - b.column;
}

function plural(count: number, word: string): string {
  return `${count} ${word}${count === 1 ? "" : "s"}`;
}
