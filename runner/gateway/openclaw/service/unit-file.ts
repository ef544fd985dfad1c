import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";

/** The settings of a service, by `Section.Key`, in their order: the file's own, then those of its drop-ins. */
export interface UnitFile {
  path: string;
  dropIns: readonly string[];
  /** All of it as text, to see whether it has changed since it was loaded. */
  text: string;
  settings: ReadonlyMap<string, readonly string[]>;
}

/** A variable file that a service names. */
export interface EnvironmentFile {
  path: string;
  /** It may be missing. */
  optional: boolean;
}

/** Time span units of systemd.time, in milliseconds. */
const UNITS: Readonly<Record<string, number>> = {
  ...{ us: 0.001, ms: 1, s: 1000, sec: 1000, m: 60_000, min: 60_000, h: 3_600_000, d: 86_400_000 },
};
const ESCAPES: Readonly<Record<string, string>> = { n: "\n", t: "\t", r: "\r", s: " " };

/**
 * Reads a service from `<folder>/<name>` and the drop-ins beside it.
 * @returns undefined when there is no such file
 */
export async function readUnitFile(folder: string, name: string): Promise<UnitFile | undefined> {
  const path = join(folder, name);
  const main = await readFile(path, "utf8").catch(() => undefined);
  if (main === undefined) return undefined;
  const extra = join(folder, `${name}.d`);
  const dropIns = (await readdir(extra).catch(() => []))
    .filter((file) => file.endsWith(".conf"))
    .sort()
    .map((file) => join(extra, file));
  const texts = [main, ...(await Promise.all(dropIns.map((file) => readFile(file, "utf8"))))];
  return { path, dropIns, text: texts.join("\0"), settings: settingsOf(texts) };
}

function settingsOf(texts: readonly string[]): Map<string, string[]> {
  const settings = new Map<string, string[]>();
  for (const text of texts) {
    let section = "";
    for (const line of text.replaceAll(/\\\n/g, " ").split("\n")) {
      const trimmed = line.trim();
      if (trimmed === "" || /^[#;]/.test(trimmed)) continue;
      const heading = /^\[(.+)\]$/.exec(trimmed)?.[1];
      const [, key, value = ""] = /^(\w+)\s*=\s*(.*)$/.exec(trimmed) ?? [];
      if (heading !== undefined) section = heading;
      else if (key !== undefined) add(settings, `${section}.${key}`, value);
    }
  }
  return settings;
}

/** An empty value takes back what was set before. */
function add(settings: Map<string, string[]>, name: string, value: string): void {
  settings.set(name, value === "" ? [] : [...(settings.get(name) ?? []), value]);
}

/** The last value of a setting, which is the one that counts. */
export function setting({ settings }: UnitFile, name: string): string | undefined {
  return settings.get(name)?.at(-1);
}

/** A setting that is a list of words, as `SuccessExitStatus=0 143`. */
export function wordsOf({ settings }: UnitFile, name: string): string[] {
  return (settings.get(name) ?? []).flatMap((line) => line.split(/\s+/).filter(Boolean));
}

/** Program and arguments; empty when the file names none. */
export function execOf(file: UnitFile): string[] {
  return splitWords(setting(file, "Service.ExecStart") ?? "");
}

/** `Environment=` as it is after all assignments. */
export function environmentOf({ settings }: UnitFile): Record<string, string> {
  const words = (settings.get("Service.Environment") ?? []).flatMap(splitWords);
  return Object.fromEntries(words.filter((word) => word.includes("=")).map(assignment));
}

/** `EnvironmentFile=`, in order. */
export function environmentFilesOf({ settings }: UnitFile): EnvironmentFile[] {
  return (settings.get("Service.EnvironmentFile") ?? []).map((value) => ({
    path: value.replace(/^-/, "").replaceAll("%%", "%"),
    optional: value.startsWith("-"),
  }));
}

/** The variables that a file of assignments sets. */
export function assignmentsIn(text: string): Record<string, string> {
  const lines = text.split("\n").filter((line) => /^\s*\w+=/.test(line));
  return Object.fromEntries(
    lines.map((line) => {
      const [name, value] = assignment(line.trim());
      return [name, splitWords(value).join(" ")];
    }),
  );
}

function assignment(word: string): [string, string] {
  const at = word.indexOf("=");
  return [word.slice(0, at), word.slice(at + 1)];
}

/** Splits a line as systemd does: at spaces, with quotes and backslashes; `%%` is a percent sign. */
function splitWords(line: string): string[] {
  const words: string[] = [];
  let word: string | undefined;
  let quote: string | undefined;
  for (let at = 0; at < line.length; at++) {
    const char = line.charAt(at);
    if (char === "\\") {
      at += 1;
      const next = line.charAt(at);
      word = (word ?? "") + (ESCAPES[next] ?? next);
    } else if (quote !== undefined) {
      if (char === quote) quote = undefined;
      else word = (word ?? "") + char;
    } else if (char === '"' || char === "'") {
      quote = char;
      word ??= "";
    } else if (/\s/.test(char)) {
      if (word !== undefined) words.push(word);
      word = undefined;
    } else {
      word = (word ?? "") + char;
    }
  }
  if (word !== undefined) words.push(word);
  return words.map((each) => each.replaceAll("%%", "%"));
}

/** A time span as `5`, `1min 30s` or `infinity`, in milliseconds; undefined for what is none. */
export function spanMs(text: string | undefined): number | undefined {
  const trimmed = text?.trim() ?? "";
  if (trimmed === "infinity") return Number.POSITIVE_INFINITY;
  const parts = [...trimmed.matchAll(/(\d+(?:\.\d+)?)\s*([a-z]*)\s*/g)];
  if (parts.length === 0 || parts.map(([part]) => part).join("") !== trimmed) return undefined;
  const sizes = parts.map(([, number, unit = ""]) => Number(number) * (UNITS[unit || "s"] ?? Number.NaN));
  const sum = sizes.reduce((total, size) => total + size, 0);
  return Number.isNaN(sum) ? undefined : sum;
}

/** The same as systemd shows it: `5min 30s`. */
export function shownSpan(ms: number): string {
  if (ms === Number.POSITIVE_INFINITY) return "infinity";
  let left = Math.round(ms);
  const parts: string[] = [];
  for (const unit of ["d", "h", "min", "s", "ms"]) {
    const size = UNITS[unit] ?? 1;
    const count = Math.floor(left / size);
    left -= count * size;
    if (count > 0) parts.push(`${count}${unit}`);
  }
  return parts.join(" ") || "0";
}
