import { userFolder } from "../base/invocation.ts";
import { oneLine } from "../base/text.ts";
import { REPORTERS } from "../report/reporters/index.ts";
import { loadCatalog } from "../scenario/catalog/catalog.ts";
import { KeptFiles } from "../scenario/catalog/kept.ts";
import type { Scenario } from "../scenario/types.ts";
import { flagOf } from "./command-options.ts";
import { SHELLS } from "./completion-scripts.ts";
import { loadLanes } from "./lanes-file.ts";
import type { OptionSpec } from "./option-spec.ts";
import { COMMAND_NAMES, type CommandName, OPTIONS, type OptionName } from "./options.ts";
import { repositoryRoot } from "./workspace.ts";

/** What a word may become. */
interface Candidate {
  value: string;
  /** A few words for shells that show them. */
  about: string;
}

const TABLE = Object.entries(OPTIONS) as [OptionName, OptionSpec<CommandName>][];

/** Commands without options of their own. */
const OTHERS = ["gateway install", "completion"];

/**
 * What the last of the words may become. Errors in files, and everything else that is wrong, leave it without an answer.
 * @param words of the command line after the program's name; the last one is being typed, and may be empty
 * @returns those that begin with it; none where the shell had better complete files
 */
export async function candidatesFor(words: readonly string[]): Promise<Candidate[]> {
  const typed = words.at(-1) ?? "";
  try {
    const all = await possible(words.slice(0, -1), typed);
    return all.filter(({ value }) => value.startsWith(typed));
  } catch {
    return [];
  }
}

async function possible(before: readonly string[], typed: string): Promise<Candidate[]> {
  const names = [...COMMAND_NAMES, ...OTHERS];
  const command = names.find((name) => name.split(" ").every((part, index) => before[index] === part));
  if (command === undefined) {
    const next = names
      .map((name) => name.split(" "))
      .filter((parts) => before.every((word, index) => parts[index] === word));
    return plain([...new Set(next.flatMap((parts) => parts[before.length] ?? []))]);
  }
  const options = TABLE.filter(([, { on }]) => on.some((name) => name === command)).map(([name, spec]) => ({
    name,
    flag: flagOf(name),
    ...spec,
    ...spec.but?.[command as CommandName],
  }));
  const [, flag, , attached] = /^(--[\w-]+)(=)(.*)$/s.exec(typed) ?? [];
  const asked = options.find((option) => option.flag === (attached === undefined ? before.at(-1) : flag));
  // A value that may be left out has to be attached.
  if (asked?.takes && (attached !== undefined || asked.takes.startsWith("<"))) {
    const values = await valuesOf(asked);
    return attached === undefined
      ? values
      : values.map((each) => ({ ...each, value: `${flag}=${each.value}` }));
  }
  if (typed.startsWith("-")) {
    return [...options.map(({ flag: value, about }) => ({ value, about })), ...plain(["--help"])];
  }
  return argumentsOf(command);
}

async function valuesOf({ name, choices }: OptionSpec & { name: OptionName }): Promise<Candidate[]> {
  if (choices) return plain(choices);
  switch (name) {
    case "reporter":
      return plain(Object.keys(REPORTERS));
    case "gateway":
    case "gateways":
      return plain(["embedded", "openclaw@latest", "ws://127.0.0.1:"]);
    case "tag":
      return plain([...new Set((await scenarios()).flatMap(({ tags }) => tags))]);
    case "lane":
      return lanes();
    case "row":
      return plain([...new Set((await scenarios()).flatMap(({ row }) => row?.name ?? []))]);
    default:
      return [];
  }
}

async function argumentsOf(command: string): Promise<Candidate[]> {
  switch (command) {
    case "run":
    case "parity":
    case "bisect":
    case "history": {
      const titles = new Map((await scenarios()).map(({ id, title }) => [id, title]));
      return [...titles].map(([value, about]) => ({ value, about: oneLine(about) }));
    }
    case "matrix":
    case "night":
      return lanes();
    case "completion":
      return plain(Object.keys(SHELLS));
    default:
      return [];
  }
}

async function scenarios(): Promise<readonly Scenario[]> {
  const kept = new KeptFiles("metadata");
  const catalog = await loadCatalog({
    repoRoot: repositoryRoot(),
    cwd: userFolder(),
    metadataOnly: true,
    kept,
  });
  kept.save();
  return catalog.scenarios;
}

function lanes(): Candidate[] {
  return plain([...loadLanes(undefined).lanes.keys()]);
}

function plain(values: readonly string[]): Candidate[] {
  return values.map((value) => ({ value, about: "" }));
}
