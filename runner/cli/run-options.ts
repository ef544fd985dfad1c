import { type Command, Option } from "commander";
import type { Shard } from "../plan/shard.ts";
import {
  addLanesOptions,
  addModelScriptOption,
  addPackOption,
  addTagOption,
  collect,
  duration,
  positiveInteger,
  shard,
} from "./options.ts";

export interface RunOptions {
  pack: string[];
  tag: string[];
  all?: boolean;
  jobs?: number;
  /** Undefined if it was not given: `embedded`, or what the lane says. */
  gateway?: string;
  allowWrites?: boolean;
  model?: "scripted" | "live";
  lane?: string;
  lanes?: string;
  shard?: Shard;
  durations?: string;
  updateTo?: string;
  out?: string;
  trust?: boolean;
  modelScript: string[];
  fault: string[];
  retries?: number;
  repeat?: number;
  failOnFlaky?: boolean;
  bail?: number | true;
  timeout?: number;
  bootAhead?: number;
  shareGateway?: boolean;
  reporter: string[];
  lastFailed?: string | true;
  /** No option of the command line: which of the ids the user named, when a command chose them for the user. */
  named?: readonly string[];
}

export function addRunCommand(program: Command, finish: (exitCode: number) => void): Command {
  const command = program
    .command("run")
    .description("run scenarios, each against a gateway of its own")
    .argument("[ids...]", "scenario ids, or globs over ids such as 'config-*'")
    .option("--all", "run every scenario that fits the gateway (default with --pack: all of the pack's)")
    .option("--trust", "grant the packs given with --pack every permission that their flows use")
    .option(
      "--gateway <target>",
      "embedded, openclaw@<version> for a published release, or ws://127.0.0.1:<port> for one that is already running (default: embedded, or the lane's)",
    )
    .option("--allow-writes", "let scenarios change a gateway that is already running")
    .addOption(
      new Option(
        "--model <mode>",
        "scripted, or live: the provider that the environment names (default: scripted)",
      ).choices(["scripted", "live"]),
    )
    .option("--lane <name>", "run what a lane says, on one of its gateways; ids narrow what it chooses")
    .option("--shard <index/total>", "run one share of what was chosen, for instance 2/5", shard)
    .option("--last-failed [folder]", "run again what failed in the latest report (default: below reports/)")
    .option(
      "--update-to <release>",
      "version, range or dist-tag that a published release updates itself to, where a scenario has it do so (default: what the scenario says)",
    )
    .option("--jobs <n>", "scenarios at the same time (default: by cores and free memory)", positiveInteger)
    .option(
      "--boot-ahead <n>",
      "gateways that start while the scenario before theirs runs (default: 0)",
      positiveInteger,
    )
    .option(
      "--share-gateway",
      "run scenarios that leave a gateway as it was one after the other on the same one",
    )
    .addOption(
      new Option("--retries <n>", "try a failed scenario again, up to n times; a pass then is flaky")
        .argParser(positiveInteger)
        .conflicts("repeat"),
    )
    .option("--repeat <n>", "run every scenario n times; one failure is a failure", positiveInteger)
    .option("--fail-on-flaky", "let a scenario that passed only on a later try fail the run")
    .option("--bail [n]", "begin no other scenario after n failures (default: 1)", positiveInteger)
    .option("--timeout <duration>", "time for the whole run, for instance 90s, 20m or 1h", duration)
    .option("--out <folder>", "where the report goes (default: reports/<run id>)")
    .addOption(
      new Option(
        "--reporter <name>",
        "junit, ctrf, github, plain, or the path of one's own; junit=<file> says where (repeatable)",
      )
        .argParser(collect)
        .default([], "none"),
    )
    .addOption(
      new Option(
        "--fault <name>",
        "break the embedded gateway on purpose, to see a scenario fail (repeatable)",
      )
        .argParser(collect)
        .default([], "none"),
    );
  return addLanesOptions(addModelScriptOption(addPackOption(addTagOption(command)))).action(
    async (ids: string[], options: RunOptions) => {
      if (options.lastFailed !== undefined) {
        const { runLastFailed } = await import("./last-failed.ts");
        return finish(await runLastFailed(ids, command));
      }
      const { run } = await import("./run-scenarios.ts");
      finish(await run(ids, options));
    },
  );
}
