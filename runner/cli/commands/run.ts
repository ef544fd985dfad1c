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
        "qa run --changed origin/main",
        "qa run my-scenario --watch",
      ),
    );
  return addOptions(command, "run").action(async (ids: string[], options: OptionsOf<"run">) => {
    if (options.lastFailed !== undefined) {
      const { runLastFailed } = await import("../last-failed.ts");
      return finish(await runLastFailed(ids, command));
    }
    if (options.watch) {
      const { watch } = await import("../watch.ts");
      return finish(await watch(ids, options));
    }
    if (options.changed !== undefined) {
      const { runChanged } = await import("../changed.ts");
      return finish(await runChanged(ids, options));
    }
    const { run } = await import("../run-scenarios.ts");
    finish(await run(ids, options));
  });
}
