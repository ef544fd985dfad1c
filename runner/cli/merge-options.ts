import type { Command } from "commander";

export interface MergeOptions {
  out: string;
  expect?: string;
  json?: boolean;
}

export function addMergeCommand(program: Command, finish: (exitCode: number) => void): Command {
  return program
    .command("merge")
    .description("join the reports of shards and lanes into one, and fail if anything is missing")
    .argument("<folders...>", "folders with report folders of `qa run` at any depth")
    .requiredOption("--out <folder>", "where the merged report goes; new or empty")
    .option(
      "--expect <matrix.json>",
      "what `qa matrix --format json` printed: each of its jobs must be there",
    )
    .option("--json", "print merged.json instead of words")
    .action(async (folders: string[], options: MergeOptions) => {
      const { merge } = await import("./commands/merge.ts");
      finish(await merge(folders, options));
    });
}
