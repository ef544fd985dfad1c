import { type Command, InvalidArgumentError, Option } from "commander";

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

/** Milliseconds of a duration such as `90s`, `20m` or `1h`; a number alone means seconds. */
export function duration(value: string): number {
  const [, amount, unit = "s"] = /^(\d+(?:\.\d+)?)\s*([smh])?$/.exec(value) ?? [];
  const milliseconds = Number(amount) * (UNITS[unit] ?? Number.NaN);
  if (milliseconds > 0) return milliseconds;
  throw new InvalidArgumentError("It looks like 90s, 20m or 1h.");
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

/** `--tag <tag>`, shared by the commands that choose scenarios. */
export function addTagOption(command: Command): Command {
  return command.addOption(
    new Option("--tag <tag>", "theme, surface, coverage id or own tag; any of them (repeatable)")
      .argParser(collect)
      .default([], "none"),
  );
}
