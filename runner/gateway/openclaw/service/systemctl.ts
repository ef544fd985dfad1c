import { constants } from "node:os";
import { type Answer, answered, refused } from "./answer.ts";
import { enablement, type Property, propertiesOf } from "./properties.ts";
import type { UnitState } from "./unit.ts";
import { fullName, type Units } from "./units.ts";

/** Folders of the system's manager, as it names them. */
export const SYSTEM_FOLDERS: readonly string[] = [
  ...[
    "/etc/systemd/system",
    "/run/systemd/system",
    "/usr/local/lib/systemd/system",
    "/usr/lib/systemd/system",
  ],
];
const VERSION = "systemd 252 (gateway-qa)";
const IDLE: UnitState = {
  ...{ active: "inactive", sub: "dead", result: "success", mainPid: 0, lastPid: 0, invocationId: "" },
  ...{ restarts: 0, endCode: 0, endStatus: 0, startedAt: 0, endedAt: 0 },
};

interface Command {
  verb: string;
  names: readonly string[];
  isUser: boolean;
  /** `show`: these properties, and their values alone. */
  properties: readonly string[];
  valueOnly: boolean;
  now: boolean;
  signal: string;
}

/** Options that take their value from the next argument. */
const WITH_VALUE = new Set([
  "--property",
  "-p",
  "--machine",
  "-M",
  "--signal",
  "-s",
  "--type",
  "-t",
  "--state",
  "--lines",
  "-n",
  "--output",
  "-o",
]);

function commandOf(args: readonly string[]): Command {
  const names: string[] = [];
  const options: [string, string][] = [];
  for (let at = 0; at < args.length; at++) {
    const arg = args[at] ?? "";
    const [, long, value] = /^(--[\w-]+)=(.*)$/s.exec(arg) ?? [];
    if (long !== undefined) options.push([long, value ?? ""]);
    else if (WITH_VALUE.has(arg)) options.push([arg, args[++at] ?? ""]);
    else if (/^-[pMsnto]./.test(arg)) options.push([arg.slice(0, 2), arg.slice(2)]);
    else if (arg.startsWith("-")) options.push([arg, ""]);
    else names.push(arg);
  }
  const has = (...known: string[]) => options.some(([name]) => known.includes(name));
  const all = (...known: string[]) =>
    options.filter(([name]) => known.includes(name)).map(([, value]) => value);
  const [verb = has("--version") ? "--version" : "list-units", ...rest] = names;
  return {
    verb,
    names: rest,
    isUser: has("--user", "--machine", "-M"),
    properties: all("--property", "-p").flatMap((value) => value.split(",")),
    valueOnly: has("--value"),
    now: has("--now"),
    signal: all("--signal", "-s")[0] ?? "SIGTERM",
  };
}

/** What `systemctl` answers. @throws UnitError what it refuses */
export async function systemctl(args: readonly string[], units: Units): Promise<Answer> {
  const command = commandOf(args);
  if (command.verb === "--version") return answered(VERSION);
  if (command.verb === "is-system-running") return answered("running");
  return command.isUser ? ofUser(command, units) : ofSystem(command);
}

async function ofUser(command: Command, units: Units): Promise<Answer> {
  const { verb, names, now, signal } = command;
  const [first = ""] = names;
  switch (verb) {
    case "status":
      return names.length === 0 ? answered("● user\n    State: running") : status(first, units);
    case "show":
      return show(command, units);
    case "daemon-reload":
      await units.reload();
      return answered();
    case "reset-failed":
      if (names.length === 0) units.resetFailed();
      for (const name of names) units.get(name).resetFailed();
      return answered();
    case "enable":
      for (const name of names) {
        await units.enable(name);
        if (now) await units.get(name).start();
      }
      return answered();
    case "disable":
      for (const name of names) {
        await units.disable(name);
        if (now) await units.get(name).stop();
      }
      return answered();
    case "start":
    case "stop":
    case "restart":
      for (const name of names) await units.get(name)[verb]();
      return answered();
    case "try-restart":
      for (const name of names)
        if (units.get(name).state.active === "active") await units.get(name).restart();
      return answered();
    case "kill":
      for (const name of names) units.get(name).signal(signalNamed(signal));
      return answered();
    case "is-enabled": {
      const { file, isEnabled } = await units.facts(first);
      if (file === undefined) return noUnitFile(first);
      return answered(enablement(isEnabled), isEnabled ? 0 : 1);
    }
    case "is-active":
    case "is-failed": {
      const { active } = units.get(first).state;
      return answered(active, active === verb.slice(3) ? 0 : 3);
    }
    case "cat": {
      const { file } = await units.facts(first);
      return file ? answered(`# ${file.path}\n${file.text}`) : refused(`No files found for ${first}.`);
    }
    case "list-units":
    case "list-unit-files":
      return listed(verb, units);
    case "show-environment":
      return answered();
    case "import-environment":
    case "set-environment":
    case "unset-environment":
      return answered();
    default:
      return unknown(verb);
  }
}

/** The system's manager has nothing of ours. */
function ofSystem({ verb, names, properties, valueOnly }: Command): Answer {
  const [first = ""] = names;
  switch (verb) {
    case "show": {
      const unit = propertiesOf({
        name: fullName(first),
        state: IDLE,
        file: undefined,
        isEnabled: false,
        needsReload: false,
      });
      if (first === "")
        unit.set("UnitPath", { type: "as", value: SYSTEM_FOLDERS, shown: SYSTEM_FOLDERS.join(" ") });
      return answered(shown(unit, properties, valueOnly));
    }
    case "is-enabled":
      return noUnitFile(first);
    case "is-active":
      return answered("inactive", 3);
    case "status":
    case "list-units":
    case "list-unit-files":
      return answered();
    default:
      return refused(`Failed to ${verb} ${first}: Unit ${fullName(first)} not found.`, 5);
  }
}

async function show({ names, properties, valueOnly }: Command, units: Units): Promise<Answer> {
  if (names.length === 0) {
    const manager = new Map<string, Property>([
      ["Version", { type: "s", value: "252", shown: "252" }],
      ["UnitPath", { type: "as", value: [units.folder], shown: units.folder }],
      ["Environment", { type: "as", value: [], shown: "" }],
      ["ManagerPID", { type: "u", value: process.pid, shown: String(process.pid) }],
    ]);
    return answered(shown(manager, properties, valueOnly));
  }
  const parts = await Promise.all(
    names.map(async (name) => shown(propertiesOf(await units.facts(name)), properties, valueOnly)),
  );
  return answered(parts.join("\n\n"));
}

/** As systemd does it: what it does not know is left out. */
function shown(all: Map<string, Property>, wanted: readonly string[], valueOnly: boolean): string {
  const names = wanted.length > 0 ? wanted : [...all.keys()];
  const lines = names.flatMap((name) => {
    const found = all.get(name);
    return found ? [valueOnly ? found.shown : `${name}=${found.shown}`] : [];
  });
  return lines.join("\n");
}

async function status(name: string, units: Units): Promise<Answer> {
  const { file, state } = await units.facts(name);
  if (file === undefined) return refused(`Unit ${fullName(name)} could not be found.`, 4);
  const lines = [
    `● ${fullName(name)}`,
    `     Loaded: loaded (${file.path}; ${enablement(units.isEnabled(name))})`,
    `     Active: ${state.active} (${state.sub})`,
    ...(state.mainPid ? [`   Main PID: ${state.mainPid}`] : []),
  ];
  return answered(lines.join("\n"), state.active === "active" ? 0 : 3);
}

async function listed(verb: string, units: Units): Promise<Answer> {
  const lines = (await units.names()).map((name) => {
    const { active, sub } = units.get(name).state;
    return verb === "list-units"
      ? `${name} loaded ${active} ${sub} ${name}`
      : `${name} ${enablement(units.isEnabled(name))} enabled`;
  });
  return answered(lines.join("\n"));
}

function noUnitFile(name: string): Answer {
  return refused(`Failed to get unit file state for ${fullName(name)}: No such file or directory`);
}

function unknown(verb: string): Answer {
  return { ...refused(`Unknown command verb ${verb}.`), isUnknown: true };
}

function signalNamed(name: string): NodeJS.Signals {
  const full = name.startsWith("SIG") ? name : `SIG${name}`;
  return Object.hasOwn(constants.signals, full) ? (full as NodeJS.Signals) : "SIGTERM";
}
