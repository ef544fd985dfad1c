import type { Command } from "commander";

export interface HistoryOptions {
  json?: boolean;
  sinceVersion?: boolean;
}

export function addHistoryCommand(program: Command, finish: (exitCode: number) => void): Command {
  return program
    .command("history")
    .description(
      "tell from the reports below a folder how each scenario fared on each gateway, and since when",
    )
    .argument("<folder>", "folder with reports of `qa run` and `qa merge` at any depth")
    .argument("[ids...]", "scenario ids; default: all")
    .option("--since-version", "tell in which release of the gateway a scenario began to fail")
    .option("--json", "print JSON")
    .action(async (folder: string, ids: string[], options: HistoryOptions) => {
      const { history } = await import("./commands/history.ts");
      finish(await history(folder, ids, options));
    });
}
