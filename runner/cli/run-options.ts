import { type Command, Option } from "commander";
import type { Shard } from "../plan/shard.ts";
import { addLanesOptions, addPackOption, addTagOption, collect, positiveInteger, shard } from "./options.ts";

export interface RunOptions {
  pack: string[];
  tag: string[];
  all?: boolean;
  jobs?: number;
  /** Undefined if it was not given: `embedded`, or what the lane says. */
  gateway?: string;
  lane?: string;
  lanes?: string;
  shard?: Shard;
  durations?: string;
  out?: string;
  fault: string[];
  lastFailed?: string | true;
}

export function addRunCommand(program: Command, finish: (exitCode: number) => void): Command {
  const command = program
    .command("run")
    .description("run scenarios, each against a gateway of its own")
    .argument("[ids...]", "scenario ids, or globs over ids such as 'config-*'")
    .option("--all", "run every scenario that fits the gateway")
    .option(
      "--gateway <target>",
      "embedded, openclaw@<version> for a published release, or ws://host:port (default: embedded, or the lane's)",
    )
    .option("--lane <name>", "run what a lane says, on one of its gateways; ids narrow what it chooses")
    .option("--shard <index/total>", "run one share of what was chosen, for instance 2/5", shard)
    .option("--jobs <n>", "scenarios at the same time (default: by cores and free memory)", positiveInteger)
    .option("--last-failed [folder]", "run again what failed in the latest report (default: below reports/)")
    .option("--out <folder>", "where the report goes (default: reports/<run id>)")
    .addOption(
      new Option(
        "--fault <name>",
        "break the embedded gateway on purpose, to see a scenario fail (repeatable)",
      )
        .argParser(collect)
        .default([], "none"),
    );
  return addLanesOptions(addPackOption(addTagOption(command))).action(
    async (ids: string[], options: RunOptions) => {
      if (options.lastFailed !== undefined) {
        const { runLastFailed } = await import("./last-failed.ts");
        return finish(await runLastFailed(ids, command));
      }
      const { run } = await import("./run.ts");
      finish(await run(ids, options));
    },
  );
}
