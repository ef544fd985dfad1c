import { existsSync } from "node:fs";
import { dirname } from "node:path";
import { UsageError } from "../base/errors.ts";
import { suggestion } from "../base/suggest.ts";
import { checkFormat } from "../scenario/schema/check.ts";
import {
  type Diagnostic,
  Diagnostics,
  type DiagnosticText,
  diagnosticAt,
} from "../scenario/source/diagnostic.ts";
import { attemptOn } from "../scenario/source/last-resort.ts";
import { atKey, atPath, type LocatedNode, type Path } from "../scenario/source/locate.ts";
import { readSource } from "../scenario/source/read-source.ts";
import type { SourceFile } from "../scenario/source/source.ts";
import { parseYamlPiece, plainValue, requireMapping, trimTexts } from "../scenario/yaml/yaml.ts";
import type { LaneDiagnosticCode } from "./codes.ts";
import { type GatewayEntry, readEntry } from "./gateways.ts";
import type { Lane, LanesFile } from "./schema.ts";
import { lanes as validateLanes } from "./validators.generated.js";

/** A YAML file of a known format, with the position of everything in it. */
export interface LocatedFile<Value> {
  file: SourceFile;
  located: LocatedNode;
  value: Value;
}

/** An error unless it says otherwise. */
type LaneDiagnosticText = DiagnosticText<LaneDiagnosticCode> & { severity?: "warning" | undefined };

/** A diagnostic at the value at `path`. */
export function laneDiagnostic(
  { located }: LocatedFile<unknown>,
  path: Path,
  text: LaneDiagnosticText,
): Diagnostic {
  return diagnosticAt(atPath(located, path), text.severity ?? "error", text);
}

/** The same, at the key of that value. */
export function laneDiagnosticAtKey(
  { located }: LocatedFile<unknown>,
  path: Path,
  text: LaneDiagnosticText,
): Diagnostic {
  return diagnosticAt(atKey(located, path), text.severity ?? "error", text);
}

/**
 * Reads a YAML file, which must exist, and checks it against its format. Never throws on what the file holds.
 * @param path absolute
 * @param cwd shown paths are relative to it
 */
export function readLocatedFile<Value>(
  path: string,
  cwd: string,
  format: Parameters<typeof checkFormat>[0],
): { document: LocatedFile<Value> | undefined; name: string; diagnostics: Diagnostic[] } {
  const { file, diagnostics } = readSource(path, cwd);
  const { name } = file;
  if (diagnostics.length > 0) return { document: undefined, name, diagnostics };
  const piece = attemptOn(file, diagnostics, () =>
    requireMapping(parseYamlPiece(file, file.text, 0, file.text.length), format.subject),
  );
  if (!piece) return { document: undefined, name, diagnostics };
  if (!piece.root) return { document: undefined, name, diagnostics: piece.diagnostics };
  const value = trimTexts(plainValue(piece.root));
  const found = new Diagnostics();
  checkFormat(format, value, piece.root, found);
  if (found.all.length > 0) return { document: undefined, name, diagnostics: found.all };
  return { document: { file, located: piece.root, value: value as Value }, name, diagnostics: [] };
}

/** One of a lane's gateways, parsed. */
export interface LaneGateway {
  entry: GatewayEntry;
  /** In `lane.gateways`. */
  index: number;
}

/** A lane with its position. */
export interface LocatedLane {
  name: string;
  lane: Lane;
  /** Those of `lane.gateways` that could be parsed. */
  entries: LaneGateway[];
  /** From the root of the file. */
  path: Path;
}

/** A lanes file that fits its format. */
export interface Lanes extends LocatedFile<LanesFile> {
  /** Absolute folder that packs are relative to. */
  folder: string;
  lanes: ReadonlyMap<string, LocatedLane>;
}

const LANE_NAME = /^[a-z0-9]+(?:-[a-z0-9]+)*$/;

/**
 * Reads a lanes file and checks everything that needs only the file.
 * @throws UsageError if there is no such file
 */
export function readLanes(
  path: string,
  cwd: string,
): { lanes: Lanes | undefined; name: string; diagnostics: readonly Diagnostic[] } {
  if (!existsSync(path))
    throw new UsageError(`there is no lanes file ${path}`, "`--lanes <file>` names another.");
  const format = { validate: validateLanes, subject: "the lanes file" };
  const { document, name: shown, diagnostics } = readLocatedFile<LanesFile>(path, cwd, format);
  if (!document) return { lanes: undefined, name: shown, diagnostics };
  const names = Object.keys(document.value.lanes);
  diagnostics.push(
    ...badNames(document, names),
    ...unknownNight(document, names),
    ...triedAndRepeated(document),
  );
  const lanes = new Map<string, LocatedLane>();
  for (const [name, lane] of Object.entries(document.value.lanes)) {
    const located: LocatedLane = { name, lane, entries: [], path: ["lanes", name] };
    for (const [index, value] of lane.gateways.entries()) {
      const { entry, problem } = readEntry(value);
      if (entry) located.entries.push({ entry, index });
      if (problem) {
        const place = [...located.path, "gateways", index];
        diagnostics.push(laneDiagnostic(document, place, { code: "unknown-gateway", ...problem }));
      }
    }
    lanes.set(name, located);
  }
  return { lanes: { ...document, folder: dirname(path), lanes }, name: shown, diagnostics };
}

/**
 * The lanes of these names, in this order; all of the file's if no name is given.
 * @throws UsageError for a name that no lane has
 */
export function chooseLanes({ lanes, file }: Lanes, names: readonly string[]): LocatedLane[] {
  if (names.length === 0) return [...lanes.values()];
  return names.map((name) => {
    const lane = lanes.get(name);
    if (!lane) throw new UsageError(`${file.name} has no lane ${name}`, suggestion(name, [...lanes.keys()]));
    return lane;
  });
}

function badNames(document: LocatedFile<LanesFile>, names: readonly string[]): Diagnostic[] {
  return names
    .filter((name) => !LANE_NAME.test(name))
    .map((name) =>
      laneDiagnosticAtKey(document, ["lanes", name], {
        code: "bad-lane-name",
        message: `the lane's name \`${name}\` must be kebab-case`,
        hint: "Lower-case words and digits joined by single dashes: it becomes part of job and file names.",
      }),
    );
}

/** One failure fails a repeated scenario: trying again would hide what repeating is meant to show. */
function triedAndRepeated(document: LocatedFile<LanesFile>): Diagnostic[] {
  return Object.entries(document.value.lanes).flatMap(([name, { retries = 0, repeat = 1 }]) =>
    retries > 0 && repeat > 1
      ? laneDiagnosticAtKey(document, ["lanes", name, "retries"], {
          code: "impossible-lane",
          message: "`retries` and `repeat` do not go together",
          hint: "Repeat to find flaky scenarios, or retry to live with them.",
        })
      : [],
  );
}

function unknownNight(document: LocatedFile<LanesFile>, names: readonly string[]): Diagnostic[] {
  return (document.value.night ?? []).flatMap((name, index) =>
    names.includes(name)
      ? []
      : laneDiagnostic(document, ["night", index], {
          code: "unknown-lane",
          message: `there is no lane \`${name}\``,
          hint: suggestion(name, names),
        }),
  );
}
