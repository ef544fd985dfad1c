import type { Command } from "commander";
import { addModelScriptOption, addPackOption, addTagOption, positiveInteger } from "./options.ts";

export interface ParityOptions {
  pack: string[];
  tag: string[];
  all?: boolean;
  jobs?: number;
  retries?: number;
  trust?: boolean;
  modelScript: string[];
  gateways?: string[];
  reports?: string[];
  out?: string;
}

export function addParityCommand(program: Command, finish: (exitCode: number) => void): Command {
  const command = program
    .command("parity")
    .description("run the same scenarios on several gateways and tell where these differ")
    .argument("[ids...]", "scenario ids, or globs over ids such as 'config-*'")
    .option("--all", "run every scenario, each on the gateways that it is for")
    .option(
      "--gateways <targets>",
      "comma-separated, for instance embedded,openclaw@2026.4.26; the others are compared with the first",
      list,
    )
    .option("--reports <folders>", "compare finished runs instead: comma-separated folders of reports", list)
    .option("--trust", "grant the packs given with --pack every permission that their flows use")
    .option(
      "--retries <n>",
      "try a failed scenario again, up to n times; a pass then is flaky",
      positiveInteger,
    )
    .option("--jobs <n>", "scenarios at the same time (default: by cores and free memory)", positiveInteger)
    .option("--out <folder>", "where the reports go (default: reports/parity-<run id>)");
  return addModelScriptOption(addPackOption(addTagOption(command))).action(
    async (ids: string[], options: ParityOptions) => {
      const { parity } = await import("./commands/parity.ts");
      finish(await parity(ids, options));
    },
  );
}

function list(value: string): string[] {
  return value
    .split(",")
    .map((entry) => entry.trim())
    .filter((entry) => entry !== "");
}
