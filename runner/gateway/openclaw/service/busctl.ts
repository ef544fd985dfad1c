import { type Answer, answered, refused } from "./answer.ts";
import { enablement, list, number, type Property, propertiesOf, text } from "./properties.ts";
import { SYSTEM_FOLDERS } from "./systemctl.ts";
import type { Units } from "./units.ts";

const UNIT_PATH = "/org/freedesktop/systemd1/unit/";

interface Call {
  isSystem: boolean;
  isJson: boolean;
  words: readonly string[];
}

/** What `busctl` answers for the manager of a user, and for the system's, which has nothing of ours. */
export async function busctl(args: readonly string[], units: Units): Promise<Answer> {
  const call: Call = {
    isSystem: args.includes("--system"),
    isJson: args.some((arg) => arg.startsWith("--json=")),
    words: args.filter((arg, at) => !arg.startsWith("-") && args[at - 1] !== "--machine"),
  };
  const [verb, , object = "", kind = "", ...rest] = call.words;
  if (verb === "call") return called(call, object, rest, units);
  if (verb === "get-property") return properties(call, object, kind, rest, units);
  return unknown(verb ?? "");
}

async function called(
  { isSystem, isJson }: Call,
  object: string,
  [member = "", , argument = ""]: readonly string[],
  units: Units,
): Promise<Answer> {
  const reply = (type: string, value: unknown) =>
    answered(isJson ? json({ type, data: [value] }) : plain(type, value));
  const refusal = (why: string) => refused(`Call failed: ${why}`);
  switch (member) {
    case "GetNameOwner":
      return reply("s", isSystem ? ":1.1" : ":1.0");
    case "GetConnectionUnixUser":
      return reply("u", isSystem ? 0 : process.getuid?.());
    case "GetConnectionUnixProcessID":
      return reply("u", isSystem ? 1 : process.pid);
    case "LoadUnit":
    case "GetUnit": {
      const missing = refusal(`Unit ${argument} not ${member === "GetUnit" ? "loaded" : "found"}.`);
      if (isSystem) return missing;
      const { file } = await units.facts(argument);
      return file ? reply("o", pathOf(argument)) : missing;
    }
    case "GetUnitFileState": {
      const { file, isEnabled } = await units.facts(argument);
      return isSystem || file === undefined
        ? refusal("No such file or directory")
        : reply("s", enablement(isEnabled));
    }
    case "GetProcesses":
    case "GetUnitProcesses": {
      const name = member === "GetProcesses" ? nameOf(object) : argument;
      const { mainPid } = units.get(name).state;
      return reply("a(sus)", mainPid === 0 ? [] : [[`/app.slice/${name}`, mainPid, "node"]]);
    }
    default:
      return unknown(member);
  }
}

async function properties(
  { isSystem, isJson }: Call,
  object: string,
  kind: string,
  names: readonly string[],
  units: Units,
): Promise<Answer> {
  const all = kind.endsWith(".Manager")
    ? managerProperties(isSystem, units)
    : propertiesOf(await units.facts(nameOf(object)));
  const lines: string[] = [];
  for (const name of names) {
    const found = all.get(name);
    if (!found) {
      const why = `Failed to get property ${name} on interface ${kind}: Unknown interface or property`;
      return { ...refused(why), isUnknown: true };
    }
    lines.push(isJson ? json({ type: found.type, data: found.value }) : plain(found.type, found.value));
  }
  return answered(lines.join("\n"));
}

function managerProperties(isSystem: boolean, units: Units): Map<string, Property> {
  return new Map([
    ["Version", text("252")],
    ["UnitPath", list(isSystem ? SYSTEM_FOLDERS : [units.folder])],
    ["Environment", list([])],
    ["NJobs", number("u", 0)],
  ]);
}

function unknown(what: string): Answer {
  return { ...refused(`Call failed: Unknown method or verb ${what}`), isUnknown: true };
}

/** Numbers beyond what JavaScript counts exactly are written as they are. */
function json(value: unknown): string {
  const marked = JSON.stringify(value, (_key, item: unknown) =>
    typeof item === "bigint" ? `bigint:${item}` : item,
  );
  return marked.replaceAll(/"bigint:(\d+)"/g, "$1");
}

/** The line that `busctl` prints without `--json`: the signature and the value, with the size before lists. */
function plain(type: string, value: unknown): string {
  return `${type} ${plainValue(type, value)}`.trimEnd();
}

function plainValue(type: string, value: unknown): string {
  if (type.startsWith("a")) {
    const items = value as readonly unknown[];
    return [items.length, ...items.map((item) => plainValue(type.slice(1), item))].join(" ");
  }
  if (type.startsWith("(")) {
    const types = type.slice(1, -1).match(/a?[a-z]/g) ?? [];
    return types.map((each, at) => plainValue(each, (value as readonly unknown[])[at])).join(" ");
  }
  return type === "s" || type === "o" ? JSON.stringify(value) : String(value);
}

function pathOf(name: string): string {
  const escaped = name.replaceAll(
    /[^A-Za-z0-9]/g,
    (char) => `_${char.charCodeAt(0).toString(16).padStart(2, "0")}`,
  );
  return UNIT_PATH + escaped;
}

function nameOf(path: string): string {
  const escaped = path.slice(path.lastIndexOf("/") + 1);
  return escaped.replaceAll(/_([0-9a-f]{2})/g, (_whole, code: string) =>
    String.fromCharCode(Number.parseInt(code, 16)),
  );
}
