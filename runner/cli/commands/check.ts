import { existsSync } from "node:fs";
import { UsageError } from "../../base/errors.ts";
import { EXIT } from "../../base/exit-codes.ts";
import { compareText, plural } from "../../base/text.ts";
import { compileScenario } from "../../plan/prepare.ts";
import { loadCatalog } from "../../scenario/catalog/catalog.ts";
import type { Diagnostic } from "../../scenario/source/diagnostic.ts";
import { formatDiagnostics } from "../../scenario/source/format.ts";
import type { CheckOptions } from "../check-options.ts";
import { foldersOf, lanesPath, packContext, quarantinePath, today } from "../lanes-file.ts";
import { REPO_ROOT, userFolder } from "../workspace.ts";

/** `qa check`: everything that can be wrong before a gateway boots. */
export async function check(paths: readonly string[], options: CheckOptions): Promise<number> {
  if (options.lanes !== undefined && paths.length > 0) {
    throw new UsageError(
      "--lanes checks the lanes' own packs",
      "Leave out the paths, or check them by themselves.",
    );
  }
  const { files, diagnostics } =
    paths.length > 0 ? await checkScenarios(paths, options) : await checkAll(options);
  diagnostics.sort(byPlace);
  const errors = diagnostics.filter(({ severity }) => severity === "error").length;
  if (options.json) {
    process.stdout.write(`${JSON.stringify({ files, diagnostics }, undefined, 2)}\n`);
  } else {
    if (diagnostics.length > 0)
      process.stdout.write(`${await formatDiagnostics(diagnostics, process.stdout, userFolder())}\n\n`);
    const summary = [plural(errors, "error"), plural(diagnostics.length - errors, "warning")].join(", ");
    process.stdout.write(`${plural(files.length, "file")} checked: ${summary}\n`);
  }
  return errors > 0 ? EXIT.invalid : EXIT.passed;
}

interface Findings {
  files: string[];
  diagnostics: Diagnostic[];
}

async function checkScenarios(
  paths: readonly string[],
  { pack, modelScript }: Pick<CheckOptions, "pack" | "modelScript">,
) {
  const catalog = await loadCatalog({
    repoRoot: REPO_ROOT,
    packs: pack,
    modelScripts: modelScript,
    cwd: userFolder(),
    paths,
  });
  const flows = catalog.scenarios.flatMap((scenario) => compileScenario(scenario).diagnostics);
  return { catalog, files: [...catalog.files], diagnostics: [...catalog.diagnostics, ...flows] };
}

/** Scenarios, and the lanes that choose from them. */
async function checkAll({ lanes: typed, pack, modelScript }: CheckOptions): Promise<Findings> {
  const path = lanesPath(typed);
  if (typed === undefined && !existsSync(path)) return checkScenarios([], { pack, modelScript });
  const [{ readLanes }, { checkLanes }, { checkQuarantine, readQuarantine }] = await Promise.all([
    import("../../lanes/read.ts"),
    import("../../lanes/check.ts"),
    import("../../lanes/quarantine.ts"),
  ]);
  const cwd = userFolder();
  const { lanes, name, diagnostics: ofFile } = readLanes(path, cwd);
  const context = packContext([]);
  const chosen = [...(lanes?.lanes.values() ?? [])];
  const ofLanes = lanes ? foldersOf(chosen, lanes, context) : [];
  const { catalog, files, diagnostics } = await checkScenarios([], {
    pack: [...pack, ...ofLanes],
    modelScript,
  });
  const quarantine = readQuarantine(quarantinePath(typed), { cwd, today: today() });
  diagnostics.push(...ofFile, ...quarantine.diagnostics);
  if (lanes) diagnostics.push(...checkLanes(chosen, lanes, catalog, context));
  if (quarantine.diagnostics.length === 0)
    diagnostics.push(...checkQuarantine(quarantinePath(typed), cwd, catalog));
  return { files: [...files, name, ...(quarantine.name ? [quarantine.name] : [])], diagnostics };
}

function byPlace(a: Diagnostic, b: Diagnostic): number {
  return compareText(a.file, b.file) || a.line - b.line || a.column - b.column;
}
