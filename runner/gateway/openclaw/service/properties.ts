import type { UnitState } from "./unit.ts";
import {
  environmentFilesOf,
  environmentOf,
  execOf,
  setting,
  shownSpan,
  spanMs,
  type UnitFile,
  wordsOf,
} from "./unit-file.ts";

/** A property as D-Bus has it, and as `systemctl show` prints it. */
export interface Property {
  /** D-Bus signature. */
  type: string;
  value: unknown;
  shown: string;
}

export interface UnitFacts {
  name: string;
  state: Readonly<UnitState>;
  /** Undefined for a unit that does not exist. */
  file: UnitFile | undefined;
  isEnabled: boolean;
  needsReload: boolean;
}

/** The counters of a unit without a control group. */
const NOT_SET = 18446744073709551615n;

/** Everything that the stand-in knows to say of a unit, by systemd's names. */
export function propertiesOf({
  name,
  state,
  file,
  isEnabled,
  needsReload,
}: UnitFacts): Map<string, Property> {
  const stopMs = spanMs(file && setting(file, "Service.TimeoutStopSec")) ?? 90_000;
  const startMs = spanMs(file && setting(file, "Service.TimeoutStartSec")) ?? 90_000;
  const restartMs = spanMs(file && setting(file, "Service.RestartSec")) ?? 100;
  const exec = file ? execOf(file) : [];
  const runs = state.mainPid !== 0;
  const of = (key: string, otherwise: string) => (file && setting(file, key)) ?? otherwise;
  const names = (key: string, ...more: string[]) => [...(file ? wordsOf(file, `Unit.${key}`) : []), ...more];
  return new Map<string, Property>([
    ["Id", text(name)],
    ["Names", list([name])],
    ["Description", text(of("Unit.Description", name))],
    ["LoadState", text(file ? "loaded" : "not-found")],
    ["ActiveState", text(state.active)],
    ["SubState", text(state.sub)],
    ["UnitFileState", text(file ? enablement(isEnabled) : "")],
    ["UnitFilePreset", text(file ? "enabled" : "")],
    ["FragmentPath", text(file?.path ?? "")],
    ["SourcePath", text("")],
    ["DropInPaths", list(file?.dropIns ?? [])],
    ["NeedDaemonReload", flag(needsReload)],
    ["Transient", flag(false)],
    ["CanStart", flag(file !== undefined)],
    ["CanStop", flag(file !== undefined)],
    ["Job", { type: "(uo)", value: [0, "/"], shown: "" }],
    [
      "InvocationID",
      { type: "ay", value: [...Buffer.from(state.invocationId, "hex")], shown: state.invocationId },
    ],
    ["After", list(names("After", "basic.target", "app.slice"))],
    ["Wants", list(names("Wants"))],
    ["Requires", list(names("Requires", "basic.target"))],
    ["StartLimitBurst", number("u", Number(of("Unit.StartLimitBurst", "5")))],
    ["StartLimitIntervalUSec", span(spanMs(of("Unit.StartLimitIntervalSec", "10")) ?? 10_000)],
    ["ActiveEnterTimestampMonotonic", number("t", state.startedAt)],
    ["ActiveExitTimestampMonotonic", number("t", state.endedAt)],
    ["InactiveEnterTimestampMonotonic", number("t", state.endedAt)],
    ["InactiveExitTimestampMonotonic", number("t", state.startedAt)],
    ["StateChangeTimestampMonotonic", number("t", Math.max(state.startedAt, state.endedAt))],
    ["Type", text(of("Service.Type", "simple"))],
    ["Restart", text(of("Service.Restart", "no"))],
    ["RestartUSec", span(restartMs)],
    ["TimeoutStartUSec", span(startMs)],
    ["TimeoutStopUSec", span(stopMs)],
    ["KillMode", text(of("Service.KillMode", "control-group"))],
    ["User", text("")],
    ["Group", text("")],
    ["Slice", text("app.slice")],
    ["ControlGroup", text(runs ? `/app.slice/${name}` : "")],
    ["Result", text(state.result)],
    ["NRestarts", number("u", state.restarts)],
    ["MainPID", number("u", state.mainPid)],
    ["ControlPID", number("u", 0)],
    ["ExecMainPID", number("u", state.lastPid)],
    ["ExecMainCode", number("i", state.endCode)],
    ["ExecMainStatus", number("i", state.endStatus)],
    ["ExecMainStartTimestampMonotonic", number("t", state.startedAt)],
    ["ExecMainExitTimestampMonotonic", number("t", state.endedAt)],
    ["ExecStart", execStart(exec)],
    ["ExecStartEx", execStart(exec)],
    ["WorkingDirectory", text(of("Service.WorkingDirectory", ""))],
    [
      "Environment",
      words(Object.entries(file ? environmentOf(file) : {}).map(([key, value]) => `${key}=${value}`)),
    ],
    ["EnvironmentFiles", environmentFiles(file)],
    ["UnsetEnvironment", list(file ? wordsOf(file, "Service.UnsetEnvironment") : [])],
    // One process at least; how much it uses is nobody's business here.
    ["TasksCurrent", runs ? number("t", 1) : unset()],
    ["MemoryCurrent", unset()],
  ]);
}

/** `enabled` or `disabled`. */
export function enablement(isEnabled: boolean): string {
  return isEnabled ? "enabled" : "disabled";
}

export function text(value: string): Property {
  return { type: "s", value, shown: value };
}

export function list(value: readonly string[]): Property {
  return { type: "as", value, shown: value.join(" ") };
}

export function number(type: "u" | "i" | "t", value: number): Property {
  return { type, value, shown: String(value) };
}

function flag(value: boolean): Property {
  return { type: "b", value, shown: value ? "yes" : "no" };
}

function words(value: readonly string[]): Property {
  return { type: "as", value, shown: value.map(quoted).join(" ") };
}

/** Milliseconds; D-Bus has microseconds. */
function span(ms: number): Property {
  const isEndless = ms === Number.POSITIVE_INFINITY;
  return { type: "t", value: isEndless ? NOT_SET : ms * 1000, shown: shownSpan(ms) };
}

function unset(): Property {
  return { type: "t", value: NOT_SET, shown: "[not set]" };
}

function execStart(exec: readonly string[]): Property {
  const [program] = exec;
  if (program === undefined) return { type: "a(sasbttttuii)", value: [], shown: "" };
  const argv = exec.map(quoted).join(" ");
  return {
    type: "a(sasbttttuii)",
    value: [[program, exec, false, 0, 0, 0, 0, 0, 0, 0]],
    shown: `{ path=${program} ; argv[]=${argv} ; ignore_errors=no ; start_time=[n/a] ; stop_time=[n/a] ; pid=0 ; code=(null) ; status=0/0 }`,
  };
}

function environmentFiles(file: UnitFile | undefined): Property {
  const files = file ? environmentFilesOf(file) : [];
  return {
    type: "a(sb)",
    value: files.map(({ path, optional }) => [path, optional]),
    shown: files.map(({ path, optional }) => `${path} (ignore_errors=${optional ? "yes" : "no"})`).join("\n"),
  };
}

function quoted(word: string): string {
  return /[\s"'\\$]/.test(word) ? `"${word.replaceAll(/(["\\])/g, "\\$1")}"` : word;
}
