import { existsSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { resolve } from "node:path";
import type { Command } from "commander";
import { errorMessage, QaError, UsageError } from "../../base/errors.ts";
import { EXIT } from "../../base/exit-codes.ts";
import { rewriteFile } from "../../base/files.ts";
import { userFolder } from "../../base/invocation.ts";
import { plural } from "../../base/text.ts";
import type { SourceFile } from "../../scenario/source/source.ts";
import type { Edit } from "../../scenario/writing/format.ts";
import { addOptions } from "../command-options.ts";
import { byPlace, printDiagnostics } from "../diagnostics.ts";
import type { OptionsOf } from "../options.ts";
import { examples } from "../output.ts";
import { print, printJson } from "../redacted.ts";
import { repositoryRoot } from "../workspace.ts";

type FmtOptions = OptionsOf<"fmt">;

/** Declares `qa fmt`. */
export function addFmtCommand(program: Command, finish: (exitCode: number) => void): Command {
  const command = program
    .command("fmt")
    .description("lay out the front matter and the blocks of scenario files; prose stays as it is")
    .argument(
      "[what...]",
      "files, folders, ids or globs over ids; default: the scenarios of the pack you stand in",
    )
    .addHelpText("after", examples("qa fmt", "qa fmt --check", "qa fmt greets-back scenarios/plugins"));
  return addOptions(command, "fmt").action(async (what: string[], options: FmtOptions) =>
    finish(await fmt(what, options)),
  );
}

async function fmt(what: readonly string[], options: FmtOptions): Promise<number> {
  const [{ checkScenarios }, { formatFile }, { applyEdits }] = await Promise.all([
    import("../../plan/check.ts"),
    import("../../plan/format.ts"),
    import("../../scenario/writing/format.ts"),
  ]);
  const paths = await pathsOf(what);
  const { catalog, diagnostics } = await checkScenarios({
    repoRoot: repositoryRoot(),
    cwd: userFolder(),
    paths,
  });
  const errors = diagnostics.filter(({ severity }) => severity === "error").sort(byPlace);
  const invalid = new Set(errors.map(({ file }) => file));
  const found = [...catalog.scenarios, ...catalog.replaced, ...catalog.packIndexes].map(({ file }) => file);
  // A scenario with examples is there once for each of them.
  const files = [...new Set(found)].filter(({ name }) => !invalid.has(name));
  if (files.length === 0 && invalid.size === 0) {
    throw new UsageError(
      `${what.join(", ") || "the pack"} holds no scenario`,
      "Scenarios are .md, .yaml and .yml files at any depth.",
    );
  }
  const changes = files
    .map((file) => ({ file, edits: formatFile(file) }))
    .filter(({ edits }) => edits.length > 0);
  if (!options.check) for (const { file, edits } of changes) await write(file, edits, applyEdits);
  const changed = changes.map(({ file }) => file.name);
  if (options.json) {
    printJson({ files: [...files.map(({ name }) => name), ...invalid].sort(), changed, diagnostics: errors });
  } else {
    await printDiagnostics(errors);
    print(changed.map((name) => `${name}\n`).join(""));
    print(`${summary(files.length + invalid.size, changed.length, invalid.size, options.check === true)}\n`);
  }
  if (errors.length > 0) return EXIT.invalid;
  return options.check && changed.length > 0 ? EXIT.failed : EXIT.passed;
}

function summary(files: number, changed: number, invalid: number, isCheck: boolean): string {
  const verb = isCheck ? "to format" : "formatted";
  const parts = [changed === 0 ? `nothing ${verb}` : `${changed} ${verb}`];
  if (invalid > 0) parts.push(`${invalid} left alone because of errors`);
  return `${plural(files, "file")}: ${parts.join(", ")}`;
}

/**
 * What was typed as paths; an id is looked up in the pack that the user stands in.
 * @throws UsageError for what is neither path nor id
 */
async function pathsOf(what: readonly string[]): Promise<string[]> {
  const cwd = userFolder();
  const paths = what.filter((typed) => existsSync(resolve(cwd, typed)));
  const ids = what.filter((typed) => !paths.includes(typed));
  if (what.length > 0 && ids.length === 0) return paths;
  const { scenariosAround } = await import("../../scenario/catalog/packs.ts");
  const pack = scenariosAround(cwd);
  if (pack === undefined) {
    throw new UsageError(
      ids.length > 0 ? `there is no file or folder ${ids[0]}` : "there is no pack of scenarios here",
      "Give files or folders, or stand in a folder with `qa/scenarios` or `scenarios` in it or above it.",
    );
  }
  return ids.length === 0 ? [pack] : [...paths, ...(await pathsOfIds(ids, pack, cwd))];
}

async function pathsOfIds(ids: readonly string[], pack: string, cwd: string): Promise<string[]> {
  const [{ loadCatalog }, { selectScenarios, selectionError }] = await Promise.all([
    import("../../scenario/catalog/catalog.ts"),
    import("../../plan/selection.ts"),
  ]);
  const catalog = await loadCatalog({ repoRoot: repositoryRoot(), paths: [pack], cwd, metadataOnly: true });
  const selection = { patterns: ids, tags: [], all: false };
  const { selected, problems, unreadable } = selectScenarios(catalog, selection);
  // None of those named can be read: what is wrong with them is reported as of any other file.
  const problem = problems.find(({ kind }) => kind !== "no-match");
  if (problem) throw selectionError(problem, selection);
  const broken = new Set(unreadable.map(({ file }) => file));
  return [
    ...selected.map(({ scenario }) => scenario.file),
    ...catalog.unusable.map(({ file }) => file).filter(({ name }) => broken.has(name)),
  ].map(({ path }) => path);
}

/** @throws QaError for a file that cannot be written, or that somebody else has written meanwhile */
async function write(
  { name, path, text }: SourceFile,
  edits: readonly Edit[],
  apply: (text: string, edits: readonly Edit[]) => string,
): Promise<void> {
  try {
    const now = await readFile(path, "utf8");
    // Reading a scenario takes a byte order mark away.
    const mark = now.slice(0, now.length - text.length);
    if (now !== mark + text || (mark !== "" && mark !== "\uFEFF"))
      throw new Error("it has changed meanwhile");
    await rewriteFile(path, mark + apply(text, edits));
  } catch (error) {
    throw new QaError(`${name} cannot be formatted: ${errorMessage(error)}`, {
      code: "cannot-write",
      fault: "environment",
      hint: "Files before it are formatted. Make it writable, and run `qa fmt` again.",
    });
  }
}
