import { type Command, InvalidArgumentError, Option } from "commander";
import type { Shard } from "../plan/shard.ts";

/** Collects a repeatable option into a list. */
export function collect(value: string, previous: string[] = []): string[] {
  return [...previous, value];
}

export function positiveInteger(value: string): number {
  const number = Number(value);
  if (Number.isInteger(number) && number >= 1) return number;
  throw new InvalidArgumentError("It must be a whole number from 1 up.");
}

const UNITS: Readonly<Record<string, number>> = { s: 1000, m: 60_000, h: 3_600_000 };

/** A timer that is set to more goes off at once. */
const LONGEST_TIMER_MS = 2 ** 31 - 1;

/** Milliseconds of a duration such as `90s`, `20m` or `1h`; a number alone means seconds. */
export function duration(value: string): number {
  const [, amount, unit = "s"] = /^(\d+(?:\.\d+)?)\s*([smh])?$/.exec(value) ?? [];
  const milliseconds = Number(amount) * (UNITS[unit] ?? Number.NaN);
  if (milliseconds > LONGEST_TIMER_MS) {
    throw new InvalidArgumentError("It can be no longer than 596h.");
  }
  if (milliseconds > 0) return milliseconds;
  throw new InvalidArgumentError("It looks like 90s, 20m or 1h.");
}

/** `2/5` */
export function shard(value: string): Shard {
  const [, index, total] = (/^(\d+)\/(\d+)$/.exec(value) ?? []).map(Number);
  if (index && total && index <= total) return { index, total };
  throw new InvalidArgumentError("It looks like 2/5: the second of five.");
}

/** `--pack <folder>`, shared by every command that reads scenarios. */
export function addPackOption(command: Command): Command {
  return command.addOption(
    new Option("--pack <folder>", "read scenarios from this folder too (repeatable)")
      .argParser(collect)
      .default([], "none"),
  );
}

/** `--model-script <path>`, shared by the commands that read the model's scripts. */
export function addModelScriptOption(command: Command): Command {
  return command.addOption(
    new Option(
      "--model-script <path>",
      "how the model answers, by scenario: a YAML file, or a folder with <id>.yaml files (repeatable)",
    )
      .argParser(collect)
      .default([], "none"),
  );
}

/** `--lanes` and `--durations`, shared by every command that cuts lanes into jobs. */
export function addLanesOptions(command: Command): Command {
  return command
    .option("--lanes <file>", "read lanes from this file (default: this repository's qa/lanes.yaml)")
    .option(
      "--durations <path>",
      "cut shards by what scenarios took in the reports below this folder, or by a night's durations.json",
    );
}

/** `--tag <tag>`, shared by the commands that choose scenarios. */
export function addTagOption(command: Command): Command {
  return command.addOption(
    new Option("--tag <tag>", "theme, surface, coverage id or own tag; any of them (repeatable)")
      .argParser(collect)
      .default([], "none"),
  );
}
