import { readdir } from "node:fs/promises";
import { resolve } from "node:path";
import { UsageError } from "../../base/errors.ts";
import { displayPath } from "../../base/paths.ts";
import { commandLine } from "../../lanes/job.ts";
import { paintFor } from "../../report/reporters/console/style.ts";
import { mergedLines } from "../../results/merge/console.ts";
import { readMatrix } from "../../results/merge/matrix.ts";
import { mergeShares } from "../../results/merge/merge.ts";
import type { MergeOptions } from "../merge-options.ts";
import { requireFolder } from "../paths.ts";
import { userFolder } from "../workspace.ts";

/** `qa merge`: exit code 4 when anything is missing, else by the same rules as a run. */
export async function merge(folders: readonly string[], options: MergeOptions): Promise<number> {
  const cwd = userFolder();
  const show = (path: string) => displayPath(path, cwd);
  const out = resolve(cwd, options.out);
  const sources = folders.map((folder) => resolve(cwd, folder));
  for (const source of sources) await requireFolder(source, show(source));
  await rejectUsedFolder(out, show(out));
  const jobs = options.expect === undefined ? undefined : await readMatrix(resolve(cwd, options.expect));

  const merged = await mergeShares({
    folders: sources,
    out,
    jobs,
    show,
    command: commandLine([
      "merge",
      ...folders,
      "--out",
      options.out,
      ...(options.expect === undefined ? [] : ["--expect", options.expect]),
    ]),
  });
  const lines = options.json
    ? [JSON.stringify(merged, null, 2)]
    : mergedLines(merged, show(out), paintFor(process.stdout));
  process.stdout.write(`${lines.join("\n")}\n`);
  return merged.exitCode;
}

/** What an earlier merge left must not look like part of this one. */
async function rejectUsedFolder(path: string, shown: string): Promise<void> {
  const entries = await readdir(path).catch((error: NodeJS.ErrnoException) => {
    if (error.code === "ENOENT") return [];
    throw new UsageError(`${shown} cannot take a report: ${error.message}`, "Give --out another folder.");
  });
  if (entries.length > 0)
    throw new UsageError(`${shown} is not empty`, "Give --out a folder that is new or empty.");
}
