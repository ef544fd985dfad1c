import { Command, Option } from "commander";
import { type OptionSpec, REPLAYS, type Replay, rejectEmpty } from "./option-spec.ts";
import { type CommandName, OPTIONS, type OptionName, type OptionsOf } from "./options.ts";

/** Option values by name, for any command. */
export type GivenOptions = { readonly [Name in OptionName]?: unknown };

/** More options than this are shown in groups. */
const LONG_LIST = 7;

const TABLE = Object.entries(OPTIONS) as [OptionName, OptionSpec<CommandName>][];

/** Adds to a command the options that the table lists for it. */
export function addOptions(command: Command, name: CommandName): Command {
  const own = TABLE.filter(([, { on }]) => on.includes(name));
  for (const [key, spec] of own) {
    const option = toCommander(key, { ...spec, ...spec.but?.[name] });
    if (own.length > LONG_LIST) option.helpGroup(spec.group);
    command.addOption(option);
  }
  return command;
}

function toCommander(name: OptionName, spec: OptionSpec): Option {
  const { takes, about, kind, choices, repeatable, conflicts, required } = spec;
  const option = new Option([spec.flag ?? flagOf(name), ...(takes ? [takes] : [])].join(" "), about);
  // Its name is the table's: `--no-open` is an option like any other.
  option.attributeName = () => name;
  option.negate = false;
  const check = choices && option.choices(choices).parseArg;
  const parse = (text: string): unknown => {
    rejectEmpty(text);
    return kind ? kind.parse(text) : (check?.(text, undefined) ?? text);
  };
  if (repeatable) {
    option.argParser((text, previous: unknown[] = []) => [...previous, parse(text)]).default([], "none");
  } else if (takes) {
    option.argParser(parse);
  }
  if (spec.default !== undefined) option.default(spec.default);
  if (conflicts) option.conflicts(conflicts);
  return option.makeOptionMandatory(required === true);
}

/** `--fail-on-flaky` */
export function flagOf(name: OptionName): string {
  return `--${name.replaceAll(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`;
}

/**
 * The arguments that give these options again; an option that was not given has none.
 * @param replays only options of these kinds
 */
export function toArgs(options: GivenOptions, replays: readonly Replay[] = REPLAYS): string[] {
  return replays.flatMap((replay) =>
    TABLE.filter(([, spec]) => spec.replay === replay).flatMap(([name, spec]) => {
      const value = options[name];
      if (value === undefined) return [];
      const values = spec.repeatable && Array.isArray(value) ? value : [value];
      return values.flatMap((each: unknown) => argsOf(name, spec, each));
    }),
  );
}

/** A command line in which no id or path that begins with a dash is taken for an option. */
export function withIds(command: string, ids: readonly string[], args: readonly string[]): string[] {
  return ids.some((id) => id.startsWith("-")) ? [command, ...args, "--", ...ids] : [command, ...ids, ...args];
}

/** A value that begins like a flag would be taken for one, unless `=` attaches it. */
function argsOf(
  name: OptionName,
  { takes, kind, flag = flagOf(name) }: OptionSpec,
  value: unknown,
): string[] {
  if (value === false) return [];
  if (value === true || takes === undefined) return [flag];
  const text = kind ? kind.format(value) : String(value);
  return text.startsWith("-") ? [`${flag}=${text}`] : [flag, text];
}

/** The given options, as report.json stores them. */
export function givenOptions(options: GivenOptions): Record<string, unknown> {
  const given = TABLE.filter(([name]) => {
    const value = options[name];
    return value !== undefined && value !== false && !(Array.isArray(value) && value.length === 0);
  });
  return Object.fromEntries(given.map(([name]) => [name, options[name]]));
}

/**
 * Reads what `givenOptions` returned for a command's options.
 * @throws an error that names the value that its option does not accept
 */
export function readOptions<Name extends CommandName>(
  name: Name,
  given: Readonly<Record<string, unknown>>,
  replays: readonly Replay[],
): OptionsOf<Name> {
  const unknown = Object.keys(given).filter((key) => !Object.hasOwn(OPTIONS, key));
  if (unknown.length > 0) throw new Error(`unknown: ${unknown.join(", ")}`);
  const parser = addOptions(new Command(), name)
    .exitOverride()
    .configureOutput({ writeErr: () => {} });
  parser.parseOptions(toArgs(given, replays));
  return parser.opts<OptionsOf<Name>>();
}
