import type { Command } from "commander";
import { addOptions } from "../command-options.ts";
import type { OptionsOf } from "../options.ts";
import { examples } from "../output.ts";

/** Declares `qa run`. */
export function addRunCommand(program: Command, finish: (exitCode: number) => void): Command {
  const command = program
    .command("run")
    .description("run scenarios, each against a gateway of its own")
    .argument(
      "[ids...]",
      "scenario ids, globs over ids such as 'config-*', or files and folders of scenarios",
    )
    .addHelpText(
      "after",
      examples(
        "qa run dm-chat-baseline 'config-*' qa/scenarios/channels",
        "qa run --tag channels --gateway openclaw@latest --retries 2",
        "qa run --last-failed",
      ),
    );
  return addOptions(command, "run").action(async (ids: string[], options: OptionsOf<"run">) => {
    if (options.lastFailed !== undefined) {
      const { runLastFailed } = await import("../last-failed.ts");
      return finish(await runLastFailed(ids, command));
    }
    const { run } = await import("../run-scenarios.ts");
    finish(await run(ids, options));
  });
}
