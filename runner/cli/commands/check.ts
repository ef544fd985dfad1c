import { existsSync } from "node:fs";
import { resolve } from "node:path";
import type { Command } from "commander";
import packageJson from "../../../package.json" with { type: "json" };
import { UsageError } from "../../base/errors.ts";
import { EXIT } from "../../base/exit-codes.ts";
import { userFolder } from "../../base/invocation.ts";
import { displayPath, isWithin } from "../../base/paths.ts";
import { plural } from "../../base/text.ts";
import { KeptFindings } from "../../lanes/kept-findings.ts";
import type { CheckedScenarios } from "../../plan/check.ts";
import type { Unproven } from "../../prove/unproven.ts";
import { isPack, scenariosAround } from "../../scenario/catalog/packs.ts";
import type { Diagnostic } from "../../scenario/source/diagnostic.ts";
import type { Scenario } from "../../scenario/types.ts";
import { addOptions } from "../command-options.ts";
import { byPlace, printDiagnostics } from "../diagnostics.ts";
import { lanesPath, quarantinePath, today } from "../lanes-paths.ts";
import type { OptionsOf } from "../options.ts";
import { examples } from "../output.ts";
import { print, printJson } from "../redacted.ts";
import { provenPath, repositoryRoot } from "../workspace.ts";

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
        "qa check --format sarif > findings.sarif",
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
  const { files, diagnostics, scenarios } =
    paths.length > 0 ? await checkPaths(paths, options) : await checkAll(options);
  refuseEmpty(paths, [...files, ...diagnostics.map(({ file }) => file)]);
  diagnostics.sort(byPlace);
  const errors = diagnostics.filter(({ severity }) => severity === "error").length;
  const unproven = options.proven ? await unprovenOf(scenarios) : undefined;
  if (options.json || options.format === "json") {
    printJson({ files, diagnostics, ...(unproven ? { unproven } : {}) });
  } else if (options.format === "sarif") {
    printJson(await sarifOf(diagnostics));
  } else {
    await printDiagnostics(diagnostics);
    const summary = [plural(errors, "error"), plural(diagnostics.length - errors, "warning")].join(", ");
    print(`${plural(files.length, "file")} checked: ${summary}\n`);
  }
  if (unproven && unproven.length > 0 && options.format === "text" && !options.json) {
    const { UNPROVEN_TEXT } = await import("../../report/outcomes.ts");
    for (const { id, why } of unproven) print(`unproven: ${id}: ${UNPROVEN_TEXT[why]}\n`);
    print(`${plural(unproven.length, "scenario")} unproven: \`qa prove <id>\` shows what each notices\n`);
  }
  if (errors > 0) return EXIT.invalid;
  return unproven && unproven.length > 0 ? EXIT.failed : EXIT.passed;
}

/** @throws UsageError where nothing was proven yet */
async function unprovenOf(scenarios: readonly Scenario[]): Promise<{ id: string; why: Unproven }[]> {
  const path = provenPath();
  const { unprovenAmong } = await import("../../prove/unproven.ts");
  const unproven = unprovenAmong(scenarios, path);
  if (unproven) return [...unproven].map(([id, why]) => ({ id, why }));
  throw new UsageError(
    `there is no ${displayPath(path, userFolder())} that could be read`,
    "`qa prove` writes it; it is checked in.",
  );
}

async function sarifOf(diagnostics: readonly Diagnostic[]): Promise<object> {
  const [{ toSarif }, { MEANINGS }, { LANE_DIAGNOSTIC_CODES }] = await Promise.all([
    import("../../scenario/source/sarif.ts"),
    import("../../plan/meanings.ts"),
    import("../../lanes/codes.ts"),
  ]);
  return toSarif(diagnostics, {
    tool: { name: packageJson.name, version: packageJson.version },
    cwd: userFolder(),
    root: repositoryRoot(),
    meanings: { ...MEANINGS, ...LANE_DIAGNOSTIC_CODES },
  });
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
  scenarios: readonly Scenario[];
}

async function checkPaths(
  paths: readonly string[],
  { pack, modelScript }: Pick<CheckOptions, "pack" | "modelScript">,
): Promise<CheckedScenarios & Findings> {
  const [{ checkScenarios }, { KeptFiles }] = await Promise.all([
    import("../../plan/check.ts"),
    import("../../scenario/catalog/kept.ts"),
  ]);
  const checked = await checkScenarios({
    kept: new KeptFiles("flows"),
    repoRoot: repositoryRoot(),
    packs: pack,
    modelScripts: modelScript,
    cwd: userFolder(),
    paths,
  });
  return { ...checked, scenarios: checked.catalog.scenarios };
}

/** Scenarios, and the lanes that choose from them. */
async function checkAll({ lanes: typed, pack, modelScript }: CheckOptions): Promise<Findings> {
  const files = {
    lanes: lanesPath(typed),
    quarantine: quarantinePath(typed),
    cwd: userFolder(),
    today: today(),
  };
  if (typed === undefined && !existsSync(files.lanes)) return checkPaths([], { pack, modelScript });
  const kept = new KeptFindings(files);
  const read = once(async () => (await import("../check-lanes.ts")).lanesToCheck(files));
  const packs = kept.packs ?? (await read()).packs;
  const present = packs.filter(isPack);
  const scenarios = await checkPaths([], { pack: [...pack, ...present], modelScript });
  const { catalog } = scenarios;
  let lanes = kept.find(catalog, present);
  if (!lanes) {
    lanes = (await read()).check(catalog);
    kept.keep(packs, catalog, present, lanes);
  }
  return {
    files: [...scenarios.files, ...lanes.files],
    diagnostics: [...scenarios.diagnostics, ...lanes.diagnostics],
    scenarios: catalog.scenarios,
  };
}

function once<Result>(work: () => Promise<Result>): () => Promise<Result> {
  let started: Promise<Result> | undefined;
  return () => {
    started ??= work();
    return started;
  };
}
