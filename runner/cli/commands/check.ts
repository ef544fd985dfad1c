import { existsSync } from "node:fs";
import { resolve } from "node:path";
import type { Command } from "commander";
import { UsageError } from "../../base/errors.ts";
import { EXIT } from "../../base/exit-codes.ts";
import { userFolder } from "../../base/invocation.ts";
import { displayPath, isWithin } from "../../base/paths.ts";
import { plural } from "../../base/text.ts";
import type { CheckedScenarios } from "../../plan/check.ts";
import { scenariosAround } from "../../scenario/catalog/packs.ts";
import type { Diagnostic } from "../../scenario/source/diagnostic.ts";
import { addOptions } from "../command-options.ts";
import { byPlace, printDiagnostics } from "../diagnostics.ts";
import type { OptionsOf } from "../options.ts";
import { examples } from "../output.ts";
import { print, printJson } from "../redacted.ts";
import { repositoryRoot } from "../workspace.ts";

type CheckOptions = OptionsOf<"check">;

/** Declares `qa check`. */
export function addCheckCommand(program: Command, finish: (exitCode: number) => void): Command {
  const command = program
    .command("check")
    .description(
      "find everything that can be wrong with scenarios, lanes and quarantine before a gateway boots",
    )
    .argument("[paths...]", "files or folders; default: all of this repository's scenarios and its lanes")
    .addHelpText(
      "after",
      examples(
        "qa check",
        "qa check qa/scenarios/plugins my-scenario.md",
        "qa check --lanes ../my-plugin/lanes.yaml",
      ),
    );
  return addOptions(command, "check").action(async (paths: string[], options: CheckOptions) =>
    finish(await check(paths, options)),
  );
}

/** Reports everything that can be wrong before a gateway boots. */
async function check(paths: readonly string[], options: CheckOptions): Promise<number> {
  if (options.lanes !== undefined && paths.length > 0) {
    throw new UsageError(
      "--lanes checks the lanes' own packs",
      "Leave out the paths, or check them separately.",
    );
  }
  const { files, diagnostics } =
    paths.length > 0 ? await checkPaths(paths, options) : await checkAll(options);
  refuseEmpty(paths, [...files, ...diagnostics.map(({ file }) => file)]);
  diagnostics.sort(byPlace);
  const errors = diagnostics.filter(({ severity }) => severity === "error").length;
  if (options.json) {
    printJson({ files, diagnostics });
  } else {
    await printDiagnostics(diagnostics);
    const summary = [plural(errors, "error"), plural(diagnostics.length - errors, "warning")].join(", ");
    print(`${plural(files.length, "file")} checked: ${summary}\n`);
  }
  return errors > 0 ? EXIT.invalid : EXIT.passed;
}

const WHAT_ONE_IS =
  "One is a Markdown file with a title, headings below it, and below these blocks that begin with ```yaml qa-step: `qa new <id>` writes one.";

/** A folder in which nothing was found has not been checked. @throws UsageError */
function refuseEmpty(paths: readonly string[], files: readonly string[]): void {
  const cwd = userFolder();
  const found = files.map((file) => resolve(cwd, file));
  if (paths.length === 0 && files.length === 0) {
    const folder = scenariosAround(cwd);
    throw folder === undefined
      ? new UsageError(
          `there is no qa/scenarios in ${cwd} or above it`,
          "Stand in your repository, or give paths.",
        )
      : new UsageError(`${displayPath(folder, cwd)} holds no scenario`, WHAT_ONE_IS);
  }
  const empty = paths.find((path) => !found.some((file) => isWithin(file, resolve(cwd, path))));
  if (empty === undefined) return;
  throw new UsageError(`${empty} holds no scenario`, WHAT_ONE_IS);
}

interface Findings {
  files: string[];
  diagnostics: Diagnostic[];
}

async function checkPaths(
  paths: readonly string[],
  { pack, modelScript }: Pick<CheckOptions, "pack" | "modelScript">,
): Promise<CheckedScenarios> {
  const { checkScenarios } = await import("../../plan/check.ts");
  return checkScenarios({
    repoRoot: repositoryRoot(),
    packs: pack,
    modelScripts: modelScript,
    cwd: userFolder(),
    paths,
  });
}

/** Scenarios, and the lanes that choose from them. */
async function checkAll({ lanes: typed, pack, modelScript }: CheckOptions): Promise<Findings> {
  const { foldersOf, lanesPath, packContext, quarantinePath, today } = await import("../lanes-file.ts");
  const path = lanesPath(typed);
  if (typed === undefined && !existsSync(path)) return checkPaths([], { pack, modelScript });
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
  const { catalog, files, diagnostics } = await checkPaths([], {
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
