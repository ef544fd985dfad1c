import { readdir, readFile } from "node:fs/promises";
import { basename, join } from "node:path";
import { parse as parseYaml } from "yaml";
import { errorMessage, QaError, UsageError } from "../../base/errors.ts";
import { isJsonObject, type JsonObject } from "../../base/json.ts";
import { ROOT } from "../../base/places.js";
import { suggest } from "../../base/suggest.ts";
import { outlineMarkdown } from "../../scenario/markdown/markdown.ts";
import { type RehearseReport, rehearseSchema } from "../rehearse-schema.ts";

/** Something that makes a part of a state. Texts may name `${state}`, `${workspace}` and, in a repetition, `${n}`. */
export type StateStep =
  /** Merged into the config. */
  | { config: JsonObject }
  /** A file, below the state. */
  | { write: string; text: string }
  | { write: string; json: unknown }
  | { remove: string }
  /** Cuts so many bytes off the end of a file; of its name, `*` may stand for any part. */
  | { cut: string; bytes: number }
  | { link: string; to: string }
  /** The release's own command line, while no gateway runs, or against the one that does. */
  | { run: string[]; running?: boolean }
  /** Gives a file to another user, which needs the rights for that. */
  | { owner: string; uid: number }
  /** A message that the gateway answers: in a room, or from a person alone. */
  | { say: string; in?: string; as?: string }
  /** A method of the gateway. */
  | { call: string; with?: JsonObject }
  | { repeat: number; steps: StateStep[] };

/** A state of the library, as its file describes it. */
export interface StateFile {
  id: string;
  title: string;
  /** The published release that makes it. */
  release: string;
  /** Verdict that an update from there to the newest release has come to; absent where none was seen yet. */
  expect?: RehearseReport["verdict"];
  /** Room that is left where it lies, in bytes; default: what there really is. */
  freeBytes?: number;
  steps: StateStep[];
}

const VERDICTS: readonly RehearseReport["verdict"][] = rehearseSchema.properties.verdict.enum;
const FOLDER = join(ROOT, "qa", "states");
/** What each kind of step has, besides its first member. */
const KINDS: Readonly<Record<string, (step: JsonObject) => boolean>> = {
  config: (step) => isJsonObject(step.config),
  write: (step) => isText(step.write) && (isText(step.text) || step.json !== undefined),
  remove: (step) => isText(step.remove),
  cut: (step) => isText(step.cut) && Number.isInteger(step.bytes),
  link: (step) => isText(step.link) && isText(step.to),
  run: (step) => Array.isArray(step.run) && step.run.every(isText),
  owner: (step) => isText(step.owner) && Number.isInteger(step.uid),
  say: (step) => isText(step.say) && (step.in === undefined || isText(step.in)),
  call: (step) => isText(step.call) && (step.with === undefined || isJsonObject(step.with)),
  repeat: (step) => Number.isInteger(step.repeat) && Array.isArray(step.steps),
};

/** Ids of the states of the library. */
export async function stateIds(): Promise<string[]> {
  const names = await readdir(FOLDER);
  return names
    .filter((name) => name.endsWith(".md"))
    .map((name) => basename(name, ".md"))
    .sort();
}

/**
 * Reads a state of the library.
 * @throws UsageError for one that is not there; QaError `state-file-invalid`
 */
export async function readState(id: string): Promise<StateFile> {
  const known = await stateIds();
  if (!known.includes(id)) {
    const near = suggest(id, known);
    throw new UsageError(
      `--state state:${id}: the library has no such state`,
      near === undefined ? `There are ${known.join(", ")}.` : `Did you mean state:${near}?`,
    );
  }
  return parseState(id, await readFile(join(FOLDER, `${id}.md`), "utf8"));
}

/** @throws QaError `state-file-invalid` with the line */
export function parseState(id: string, text: string): StateFile {
  const { frontMatter, fences } = outlineMarkdown(text);
  const lineOf = (offset: number) => text.slice(0, offset).split("\n").length;
  const invalid = (offset: number, why: string) =>
    new QaError(`qa/states/${id}.md:${lineOf(offset)}: ${why}`, {
      code: "state-file-invalid",
      fault: "scenario",
      hint: "docs/rehearse.md says what a state is made of.",
    });
  const read = (content: string, offset: number): unknown => {
    try {
      return parseYaml(content);
    } catch (error) {
      throw invalid(offset, errorMessage(error));
    }
  };
  const meta = frontMatter ? read(frontMatter.content, frontMatter.start) : undefined;
  const { title, release, ...rest } = isJsonObject(meta) ? meta : {};
  if (!isText(title) || !isText(release))
    throw invalid(0, "its front matter has no title, or no release that makes it");
  if (rest.id !== id) throw invalid(0, `its id is not ${id}, as its file is called`);
  const steps = fences
    .filter(({ info }) => info[0] === "yaml" && info[1] === "state")
    .flatMap(({ content, contentStart }) => {
      const list = read(content, contentStart);
      if (!Array.isArray(list)) throw invalid(contentStart, "steps are a list");
      return list.map((step: unknown, n) => {
        if (isStep(step)) return step;
        throw invalid(contentStart, `step ${n + 1} is none of ${Object.keys(KINDS).join(", ")}`);
      });
    });
  if (steps.length === 0) throw invalid(0, "it has no step in a block `yaml state`");
  const expect = VERDICTS.find((verdict) => verdict === rest.expect);
  if (rest.expect !== undefined && expect === undefined)
    throw invalid(0, `its front matter expects none of ${VERDICTS.join(", ")}`);
  const { freeMegabytes: free } = rest;
  if (free !== undefined && typeof free !== "number") throw invalid(0, "its freeMegabytes are no number");
  return {
    ...{ id, title, release, steps },
    ...(expect === undefined ? {} : { expect }),
    ...(free === undefined ? {} : { freeBytes: free * 1024 * 1024 }),
  };
}

function isStep(step: unknown): step is StateStep {
  if (!isJsonObject(step)) return false;
  const kind = Object.keys(KINDS).find((name) => Object.hasOwn(step, name));
  if (kind === undefined || !KINDS[kind]?.(step)) return false;
  return kind !== "repeat" || (step.steps as unknown[]).every(isStep);
}

function isText(value: unknown): value is string {
  return typeof value === "string";
}
