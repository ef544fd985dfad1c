import type { Command } from "commander";
import { addLanesOptions, addPackOption, positiveInteger } from "./options.ts";

export interface NightOptions {
  lanes?: string;
  durations?: string;
  pack: string[];
  jobs?: number;
  out?: string;
}

export function addNightCommand(program: Command, finish: (exitCode: number) => void): Command {
  const command = program
    .command("night")
    .description("run the jobs of lanes one after another on this machine, and merge what they report")
    .argument("[lanes...]", "names of lanes; default: those that the lanes file lists under `night`")
    .option("--jobs <n>", "scenarios at the same time, in each job", positiveInteger)
    .option("--out <folder>", "where the reports go (default: reports/night-<time>)");
  return addLanesOptions(addPackOption(command)).action(async (names: string[], options: NightOptions) => {
    const { night } = await import("./commands/night.ts");
    finish(await night(names, options));
  });
}
