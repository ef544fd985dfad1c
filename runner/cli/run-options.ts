import { type Command, Option } from "commander";
import { addPackOption, addTagOption, collect, positiveInteger } from "./options.ts";

export interface RunOptions {
  pack: string[];
  tag: string[];
  all?: boolean;
  jobs?: number;
  gateway: string;
  updateTo?: string;
  out?: string;
  fault: string[];
}

export function addRunCommand(program: Command, finish: (exitCode: number) => void): Command {
  const command = program
    .command("run")
    .description("run scenarios, each against a gateway of its own")
    .argument("[ids...]", "scenario ids, or globs over ids such as 'config-*'")
    .option("--all", "run every scenario that fits the gateway")
    .option(
      "--gateway <target>",
      "embedded, openclaw@<version> for a published release, or ws://host:port",
      "embedded",
    )
    .option(
      "--update-to <release>",
      "version, range or dist-tag that a published release updates itself to, where a scenario has it do so (default: what the scenario says)",
    )
    .option("--jobs <n>", "scenarios at the same time (default: by cores and free memory)", positiveInteger)
    .option("--out <folder>", "where the report goes (default: reports/<run id>)")
    .addOption(
      new Option(
        "--fault <name>",
        "break the embedded gateway on purpose, to see a scenario fail (repeatable)",
      )
        .argParser(collect)
        .default([], "none"),
    );
  return addPackOption(addTagOption(command)).action(async (ids: string[], options: RunOptions) => {
    const { run } = await import("./run.ts");
    finish(await run(ids, options));
  });
}
