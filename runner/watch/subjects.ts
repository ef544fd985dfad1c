import { dirname, resolve } from "node:path";
import { pluginSources } from "../run/testbed/plugins.ts";
import { skillSources } from "../run/testbed/skills.ts";
import { withoutRows } from "../scenario/catalog/rows.ts";
import type { Scenario } from "../scenario/types.ts";

/** A scenario, as far as it decides which files it depends on. All paths are absolute. */
export interface Subject {
  /** Of its file: the rows of examples share it. */
  id: string;
  file: string;
  text: string;
  /** Folder of its pack. */
  pack: string;
  /** Folders and archives of its plugins and skills. */
  sources: readonly string[];
  /** Files and folders that it names as the code that it is about. */
  code: readonly string[];
}

/** What the scenarios of a catalog depend on, as far as their front matter says. */
export function subjectsOf(scenarios: readonly Scenario[]): Promise<Subject[]> {
  return Promise.all(withoutRows(scenarios).map(subjectOf));
}

async function subjectOf(scenario: Scenario): Promise<Subject> {
  const { family, file, pack, meta } = scenario;
  return {
    id: family,
    file: file.path,
    text: file.text,
    pack: pack.root,
    sources: [...(await pluginSources(scenario)), ...skillSources(scenario)],
    code: (meta.codeRefs ?? [])
      .filter((reference) => !/^https?:\/\//.test(reference))
      .map((reference) => resolve(pack.referenceRoot, reference.replace(/#.*$/, ""))),
  };
}

/** The folders above a path, nearest first, up to and including `root`. */
export function foldersAbove(path: string, root: string): string[] {
  const folders: string[] = [];
  for (let folder = dirname(path); ; folder = dirname(folder)) {
    folders.push(folder);
    if (folder === root || dirname(folder) === folder) return folders;
  }
}
