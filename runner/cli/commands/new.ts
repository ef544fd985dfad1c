import { mkdir, writeFile } from "node:fs/promises";
import { basename, dirname, extname, join, relative, resolve } from "node:path";
import type { Command } from "commander";
import { errorMessage, QaError, UsageError } from "../../base/errors.ts";
import { EXIT } from "../../base/exit-codes.ts";
import { commandLine, userFolder } from "../../base/invocation.ts";
import { displayPath, isWithin } from "../../base/paths.ts";
import type { Catalog } from "../../scenario/catalog/catalog.ts";
import type { Scenario } from "../../scenario/types.ts";
import { addOptions } from "../command-options.ts";
import { byPlace, printDiagnostics } from "../diagnostics.ts";
import type { OptionsOf } from "../options.ts";
import { examples } from "../output.ts";
import { print } from "../redacted.ts";
import { repositoryRoot as workspaceRoot } from "../workspace.ts";

type NewOptions = OptionsOf<"new">;

/** Declares `qa new`. */
export function addNewCommand(program: Command, finish: (exitCode: number) => void): Command {
  const command = program
    .command("new")
    .description("write a scenario that passes, to begin with: into the pack that you stand in")
    .argument("<id>", "kebab-case, for instance greets-back; the file gets its name")
    .addHelpText(
      "after",
      examples(
        "qa new greets-back",
        "qa new greets-back --theme channels",
        "qa new room-chat --from dm-chat-baseline",
      ),
    );
  return addOptions(command, "new").action(async (id: string, options: NewOptions) =>
    finish(await writeNew(id, options)),
  );
}

async function writeNew(id: string, options: NewOptions): Promise<number> {
  const [
    { loadCatalog },
    { BUILTIN, ownPack, repositoryRoot, scenariosAround },
    writing,
    { folderTheme },
    { SourceFile },
    { findScenarioFiles },
  ] = await Promise.all([
    import("../../scenario/catalog/catalog.ts"),
    import("../../scenario/catalog/packs.ts"),
    import("../../scenario/writing/new-scenario.ts"),
    import("../../scenario/metadata.ts"),
    import("../../scenario/source/source.ts"),
    import("../../scenario/catalog/find-files.ts"),
  ]);
  requireId(id);
  const cwd = userFolder();
  const found = scenariosAround(cwd);
  const root = found ?? join(repositoryRoot(cwd) ?? cwd, "qa", "scenarios");
  const folder = folderFor(root, cwd, options.theme);
  // The tool's own scenarios are there to copy from, wherever one stands.
  const catalog = await loadCatalog({
    repoRoot: workspaceRoot(),
    packs: [
      ...(found !== undefined && findScenarioFiles(found, cwd).files.length > 0 ? [found] : []),
      BUILTIN,
    ],
    cwd,
    metadataOnly: true,
  });
  rejectKnown(id, catalog, root);
  const from = options.from === undefined ? undefined : await sourceOf(options.from, catalog);
  const path = join(folder, `${id}${from ? extname(from.file.path) : ".md"}`);
  const own = ownPack(workspaceRoot());
  const pack = { ...own, root, foreign: !isWithin(root, own.root) };
  const scenario = {
    id,
    title: options.title ?? writing.titleOf(id),
    theme: folderTheme(new SourceFile("", path, ""), pack),
  };
  await write(
    path,
    from
      ? writing.copiedText(from, scenario)
      : writing.newScenarioText(scenario, pack.foreign || pack.brief === true),
  );
  return report(path, id, pack.foreign ? root : undefined);
}

const ID = /^[a-z0-9]+(?:-[a-z0-9]+)*$/;

/** @throws UsageError */
function requireId(id: string): void {
  if (ID.test(id)) return;
  const words =
    id
      .replaceAll(/(?<=[a-z0-9])(?=[A-Z])/g, "-")
      .toLowerCase()
      .match(/[a-z0-9]+/g) ?? [];
  throw new UsageError(
    `${id} is not an id: lower-case words and digits joined by single dashes`,
    words.length > 0 ? `Did you mean ${words.join("-")}?` : "An id looks like greets-back.",
  );
}

/** The folder to write to: that of the theme, or where the user stands below the pack's root. @throws UsageError */
function folderFor(root: string, cwd: string, theme: string | undefined): string {
  if (theme === undefined) return isWithin(cwd, root) ? cwd : root;
  const folder = resolve(root, theme);
  if (isWithin(folder, root)) return folder;
  throw new UsageError(
    `--theme ${theme} leads out of the pack`,
    `It is a folder below ${displayPath(root, cwd)}, for instance channels.`,
  );
}

/** @throws UsageError if the pack has a scenario with the id */
function rejectKnown(id: string, { scenarios, replaced, unusable }: Catalog, root: string): void {
  const files = [
    ...[...scenarios, ...replaced].filter(({ family }) => family === id).map(({ file }) => file),
    ...unusable.filter((each) => (each.id ?? nameOf(each.file.path)) === id).map(({ file }) => file),
  ];
  const [taken] = files.filter(({ path }) => isWithin(path, root));
  if (!taken) return;
  throw new UsageError(`there is a scenario ${id} already, in ${taken.name}`, "Choose another id.");
}

function nameOf(path: string): string {
  return basename(path, extname(path));
}

/** @throws UsageError for an id that no scenario has, or whose file has errors */
async function sourceOf(id: string, catalog: Catalog): Promise<Scenario> {
  const found = catalog.scenarios.find(({ family }) => family === id);
  if (found) return found;
  const broken = catalog.unusable.find((each) => (each.id ?? nameOf(each.file.path)) === id);
  if (broken)
    throw new UsageError(`${broken.file.name} has errors`, `Run \`qa check ${broken.file.name}\` first.`);
  const { selectionError, selectScenarios } = await import("../../plan/selection.ts");
  const selection = { patterns: [id], tags: [], all: false };
  const [problem] = selectScenarios(catalog, selection).problems;
  throw problem
    ? selectionError(problem, selection)
    : new UsageError(`--from takes one id, not ${id}`, "`qa list` shows all.");
}

/** @throws UsageError if something is there already; QaError if it cannot be written */
async function write(path: string, text: string): Promise<void> {
  const shown = displayPath(path, userFolder());
  try {
    await mkdir(dirname(path), { recursive: true });
    await writeFile(path, text, { flag: "wx" });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "EEXIST")
      throw new UsageError(`${shown} is there already`, "Choose another id, or another --theme.");
    throw new QaError(`${shown} cannot be written: ${errorMessage(error)}`, {
      code: "cannot-write",
      fault: "environment",
      hint: "Stand in a folder that can be written to, or give another --theme.",
    });
  }
}

/** Checks what has been written, and says how to go on. @param pack the root of a pack from elsewhere */
async function report(path: string, id: string, pack: string | undefined): Promise<number> {
  const { checkScenarios } = await import("../../plan/check.ts");
  const cwd = userFolder();
  const { diagnostics } = await checkScenarios({ repoRoot: workspaceRoot(), cwd, paths: [path] });
  await printDiagnostics(diagnostics.sort(byPlace));
  const shown = displayPath(path, cwd);
  const option = pack === undefined ? [] : ["--pack", relative(cwd, pack) || "."];
  const [check, run] = [commandLine(["check", shown]), commandLine(["run", id, ...option])];
  print(`${shown} is written.\n\n  ${check}\n  ${run}\n`);
  return diagnostics.some(({ severity }) => severity === "error") ? EXIT.invalid : EXIT.passed;
}
