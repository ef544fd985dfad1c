import { resolve } from "node:path";
import type { Command } from "commander";
import { commandLine, userFolder } from "../../base/invocation.ts";
import { displayPath } from "../../base/paths.ts";
import { addOptions, toArgs, withIds } from "../command-options.ts";
import type { OptionsOf } from "../options.ts";
import { examples } from "../output.ts";
import { printJson, printRedacted } from "../redacted.ts";
import { rejectUsedFolder, requireFolder } from "../workspace.ts";

/** Declares `qa merge`. */
export function addMergeCommand(program: Command, finish: (exitCode: number) => void): Command {
  const command = program
    .command("merge")
    .description("join the reports of shards and lanes into one, and fail if anything is missing")
    .argument("<folders...>", "folders with report folders of `qa run` at any depth")
    .addHelpText(
      "after",
      examples(
        "qa merge shares --out merged",
        "qa merge shares --out merged --expect matrix.json",
        "qa merge reports/monday reports/tuesday --out both",
      ),
    );
  return addOptions(command, "merge").action(async (folders: string[], options: OptionsOf<"merge">) =>
    finish(await merge(folders, options)),
  );
}

/** Exit code 4 when anything is missing, otherwise by the same rules as a run. */
async function merge(folders: readonly string[], options: OptionsOf<"merge">): Promise<number> {
  const [{ paintFor }, { mergedLines }, { readMatrix }, { mergeShards }] = await Promise.all([
    import("../../report/reporters/console/style.ts"),
    import("../../results/merge/console.ts"),
    import("../../results/merge/matrix.ts"),
    import("../../results/merge/merge.ts"),
  ]);
  const cwd = userFolder();
  const show = (path: string) => displayPath(path, cwd);
  const out = resolve(cwd, options.out);
  const sources = folders.map((folder) => resolve(cwd, folder));
  for (const source of sources) await requireFolder(source, show(source));
  rejectUsedFolder(out);
  const jobs = options.expect === undefined ? undefined : await readMatrix(resolve(cwd, options.expect));

  const merged = await mergeShards({
    folders: sources,
    out,
    jobs,
    show,
    command: commandLine(withIds("merge", folders, toArgs(options))),
    commandOf: ({ ids, ...given }) => commandLine(withIds("run", ids, toArgs(given))),
  });
  if (options.json) printJson(merged);
  else
    printRedacted(
      merged,
      (clean) => `${mergedLines(clean, show(out), paintFor(process.stdout)).join("\n")}\n`,
    );
  return merged.exitCode;
}
