import { relative, resolve } from "node:path";
import { InvalidArgumentError } from "commander";
import { userFolder } from "../base/invocation.ts";
import { parseSlowFactor } from "../base/slow.ts";
import { formatTarget, type GatewayTarget, parseGatewayTarget } from "../base/target.ts";
import type { Shard } from "../plan/shard.ts";

/** How an option's text becomes a value, and how the value becomes text again. */
export interface ValueKind<T> {
  /** @throws InvalidArgumentError, or a UsageError with a hint of its own */
  parse(text: string): T;
  format(value: T): string;
}

export const REPLAYS = ["context", "choice", "policy", "output"] as const;

/**
 * An option's role when its command is written out to be typed again; flags are written in this order:
 * - `context`: it must be the same when one of the scenarios runs again;
 * - `choice`: it says which scenarios run;
 * - `policy`: it says how often, how long, or how many at once;
 * - `output`: it says what comes out, and where.
 */
export type Replay = (typeof REPLAYS)[number];

/** The parts of an option that may differ from command to command. */
interface Appearance {
  about: string;
  /** The value's placeholder in the help: `<n>`, or `[n]` if the value is optional. Without it, there is no value. */
  takes?: string;
  required?: true;
  /** Of those of the option. */
  choices?: readonly string[];
  default?: string | number;
}

/** One option, for all commands that have it. Its name in the table gives its flag: `failOnFlaky` is `--fail-on-flaky`. */
export interface OptionSpec<Command extends string = string> extends Appearance {
  on: readonly Command[];
  /** Heading in the help. */
  group: string;
  replay: Replay;
  /** Where its name is another option's on other commands. */
  flag?: string;
  /** Any text, if absent. */
  kind?: ValueKind<unknown>;
  /** May be given several times; the value is a list. */
  repeatable?: true;
  /** An option that it cannot be combined with. */
  conflicts?: string;
  /** Commands in which it appears differently. */
  but?: Partial<Record<Command, Partial<Appearance>>>;
}

type Value<Spec> = Spec extends { kind: ValueKind<infer T> }
  ? T
  : Spec extends { choices: readonly (infer T)[] }
    ? T
    : Spec extends { takes: string }
      ? string
      : boolean;

type Given<Spec> = Spec extends { repeatable: true }
  ? Value<Spec>[]
  : Spec extends { takes: `[${string}]` }
    ? Value<Spec> | true
    : Value<Spec>;

/** As the option is on this command. */
type On<Spec, Command extends string> = Spec extends { but: Record<Command, infer Own> }
  ? Omit<Spec, keyof Own> & Own
  : Spec;

type NamesOf<Table, Command> = {
  [Name in keyof Table]: Table[Name] extends { on: readonly (infer On)[] }
    ? Command extends On
      ? Name
      : never
    : never;
}[keyof Table];

type SureNames<Table, Command extends string> = {
  [Name in NamesOf<Table, Command>]: Table[Name] extends
    | { repeatable: true }
    | { required: true }
    | { default: unknown }
    | { but: Record<Command, { required: true }> }
    ? Name
    : never;
}[NamesOf<Table, Command>];

/** The parsed options of one command. Repeatable and required ones, and those with a default, are always there. */
export type Parsed<Table, Command extends string> = {
  [Name in SureNames<Table, Command>]: Given<On<Table[Name], Command>>;
} & {
  [Name in Exclude<NamesOf<Table, Command>, SureNames<Table, Command>>]?:
    | Given<On<Table[Name], Command>>
    | undefined;
};

/**
 * An empty value is most likely a variable that is not set, so that no option takes it for anything else.
 * @param what the subject of the message
 * @throws InvalidArgumentError
 */
export function rejectEmpty(text: string, what = "It"): void {
  if (text.trim() !== "") return;
  throw new InvalidArgumentError(`${what} is empty: is it a variable that is not set?`);
}

/** A whole number from 1 up. */
export const COUNT = countFrom(1);
/** A whole number from 0 up. */
export const COUNT_OR_NONE = countFrom(0);

function countFrom(least: number): ValueKind<number> {
  return {
    parse(text) {
      const number = Number(text);
      if (/^\d+$/.test(text) && number >= least) return number;
      throw new InvalidArgumentError(`It must be a whole number from ${least} up.`);
    },
    format: String,
  };
}

/** A whole number from 0 to 100. */
export const PERCENT: ValueKind<number> = {
  parse(text) {
    const number = Number(text);
    if (Number.isInteger(number) && number >= 0 && number <= 100) return number;
    throw new InvalidArgumentError("It is a whole number from 0 to 100.");
  },
  format: String,
};

const UNITS: Readonly<Record<string, number>> = { s: 1000, m: 60_000, h: 3_600_000 };

/** A timer that is set to more fires at once. */
const LONGEST_TIMER_MS = 2 ** 31 - 1;

/** Milliseconds, from a text such as `90s`, `20m` or `1h`; a number alone means seconds. */
export const DURATION: ValueKind<number> = {
  parse(text) {
    const [, amount, unit = "s"] = /^(\d+(?:\.\d+)?)\s*([smh])?$/.exec(text) ?? [];
    const milliseconds = Math.round(Number(amount) * (UNITS[unit] ?? Number.NaN));
    if (milliseconds > LONGEST_TIMER_MS) throw new InvalidArgumentError("It can be no longer than 596h.");
    if (milliseconds > 0) return milliseconds;
    throw new InvalidArgumentError("It looks like 90s, 20m or 1h.");
  },
  format(milliseconds) {
    const [unit, size] = Object.entries(UNITS).findLast(([, size]) => milliseconds % size === 0) ?? [
      "s",
      1000,
    ];
    return `${milliseconds / size}${unit}`;
  },
};

/** A factor for the limits of the run, such as 3 or 1.5. */
export const FACTOR: ValueKind<number> = {
  parse(text) {
    const factor = parseSlowFactor(text);
    if (factor !== undefined) return factor;
    throw new InvalidArgumentError("It is a number above 0 and up to 1000, such as 3.");
  },
  format: String,
};

/** `2/5` */
export const SHARD: ValueKind<Shard> = {
  parse(text) {
    const [, index, total] = (/^(\d+)\/(\d+)$/.exec(text) ?? []).map(Number);
    if (index && total && index <= total) return { index, total };
    throw new InvalidArgumentError("It looks like 2/5: the second of five.");
  },
  format({ index, total }) {
    return `${index}/${total}`;
  },
};

/** Kept as typed; written down relative to the user's folder. */
export const PATH: ValueKind<string> = {
  parse: (text) => text,
  format(path) {
    const cwd = userFolder();
    return relative(cwd, resolve(cwd, path)) || ".";
  },
};

/** A path, or a state of the library. */
export const STATE: ValueKind<string> = {
  parse: (text) => text,
  format: (text) => (text.startsWith("state:") ? text : PATH.format(text)),
};

/** What `--gateway` names. */
export const TARGET: ValueKind<GatewayTarget> = { parse: parseGatewayTarget, format: formatTarget };

/** Comma-separated. */
export const LIST: ValueKind<string[]> = {
  parse(text) {
    const entries = text.split(",").map((entry) => entry.trim());
    for (const entry of entries) rejectEmpty(entry, "One of the entries");
    return entries;
  },
  format: (entries) => entries.join(","),
};

/** Comma-separated. */
export const TARGETS: ValueKind<GatewayTarget[]> = {
  parse: (text) => LIST.parse(text).map(parseGatewayTarget),
  format: (targets) => LIST.format(targets.map(formatTarget)),
};
