import { existsSync } from "node:fs";
import { basename, join, relative, sep } from "node:path";
import { isWithin } from "../base/paths.ts";
import { MANIFEST } from "../run/testbed/plugin-manifest.ts";
import { BESIDE_IT } from "../run/testbed/skills.ts";
import { foldersAbove, type Subject } from "./subjects.ts";

/** Where things lie. All paths are absolute. */
export interface Surroundings {
  /** The user's repository. */
  root: string;
  /** Files and folders that every scenario depends on: the gateway's source, model scripts. */
  common: readonly string[];
  /** Files that speak of several scenarios of their pack: its index, the model scripts beside it. */
  shared: readonly string[];
  /** A file that a scenario names as the code that it is about counts as well. */
  withCode: boolean;
}

/** What makes a folder a plugin or a skill. */
const MARKERS = [MANIFEST, "SKILL.md"];

/**
 * The scenarios that depend on one of these files, as far as that can be known without running them:
 * - the scenario's own file;
 * - whatever lies in a plugin or a skill that its front matter names, and is a part of it;
 * - whatever lies in another plugin or skill whose folder's name it mentions: its steps may install it;
 * - what all of its pack, or all scenarios, depend on.
 * @param changed absolute
 * @returns their ids, in the order of `subjects`, each with the first of the files that they depend on
 */
export function affectedBy(
  changed: readonly string[],
  subjects: readonly Subject[],
  surroundings: Surroundings,
): Map<string, string> {
  const affected = new Map<string, string>();
  const rules = changed.map((path) => ({ path, mentions: mentionOf(path, surroundings.root) }));
  for (const subject of subjects) {
    const found = rules.find(
      ({ path, mentions }) => dependsOn(subject, path, surroundings) || mentions?.(subject.text),
    );
    if (found) affected.set(subject.id, found.path);
  }
  return affected;
}

function dependsOn(subject: Subject, path: string, { common, shared, withCode }: Surroundings): boolean {
  return (
    subject.file === path ||
    subject.sources.some((source) => isPartOf(path, source)) ||
    (shared.includes(path) && isWithin(path, subject.pack)) ||
    common.some((folder) => isWithin(path, folder)) ||
    (withCode && subject.code.some((code) => isWithin(path, code)))
  );
}

/** A repository that is the plugin holds more than the plugin: its scenarios, its reports. */
function isPartOf(path: string, source: string): boolean {
  return isWithin(path, source) && !BESIDE_IT.has(relative(source, path).split(sep)[0] ?? "");
}

/** Whether a text names the folder of the plugin or skill that a file lies in; undefined where that is all of the repository. */
function mentionOf(path: string, root: string): ((text: string) => boolean) | undefined {
  const folders = foldersAbove(path, root).filter((folder) => folder !== root && isWithin(folder, root));
  const folder = folders.find((each) => MARKERS.some((marker) => existsSync(join(each, marker))));
  if (folder === undefined) return undefined;
  return (text) => text.split(/[^\w.-]+/).includes(basename(folder));
}
