import { basename, extname, resolve } from "node:path";
import { isMap, isNode, isScalar, type Node } from "yaml";
import { UsageError } from "../../base/errors.ts";
import { suggestion } from "../../base/suggest.ts";
import { checkAgainstSchema } from "../schema/check.ts";
import type { ModelScript } from "../schema/model-script-schema.ts";
import {
  atOffset,
  type Diagnostic,
  Diagnostics,
  diagnosticAt,
  type SourceRange,
} from "../source/diagnostic.ts";
import { attemptOn } from "../source/last-resort.ts";
import { atNode, type LocatedNode, type YamlSource } from "../source/locate.ts";
import { readSource } from "../source/read-source.ts";
import type { SourceFile } from "../source/source.ts";
import { parseYamlPiece, plainValue, requireMapping } from "../yaml/yaml.ts";
import { findScenarioFiles } from "./find-files.ts";
import { statsAt } from "./packs.ts";

export interface ModelScripts {
  /** By scenario id. */
  scripts: Map<string, ModelScript>;
  diagnostics: Diagnostic[];
  /** Names of the files read. */
  files: string[];
}

/**
 * Reads scripts for the model that stand outside their scenarios' files. A file maps scenario ids to
 * scripts; in a folder, each `<id>.yaml` is the script of one scenario. Of several scripts for one
 * scenario the last counts.
 * @param paths as typed, or absolute
 * @param ids of all scenarios that a script may be for
 * @throws UsageError for a path that does not exist, and a folder without scripts
 */
export function readModelScripts(
  paths: readonly string[],
  ids: readonly string[],
  cwd: string,
): ModelScripts {
  const reader = new ScriptReader(ids);
  for (const typed of paths) {
    const path = resolve(cwd, typed);
    const stats = statsAt(path);
    if (!stats) {
      throw new UsageError(
        `there is no model script ${typed}`,
        "Give a YAML file that maps scenario ids to scripts, or a folder with a file <id>.yaml for each.",
      );
    }
    if (!stats.isDirectory()) {
      reader.readFile(path, cwd);
      continue;
    }
    const found = findScenarioFiles(path, cwd);
    const files = found.files.filter((file) => extname(file).toLowerCase() !== ".md");
    reader.diagnostics.push(...found.leftOut.map(({ diagnostic }) => diagnostic));
    if (files.length === 0 && found.leftOut.length === 0) {
      throw new UsageError(
        `the folder ${typed} holds no model script`,
        "A script is a file <scenario id>.yaml.",
      );
    }
    for (const file of files) reader.readOne(file, cwd);
  }
  return reader;
}

class ScriptReader implements ModelScripts {
  readonly scripts = new Map<string, ModelScript>();
  readonly diagnostics: Diagnostic[] = [];
  readonly files: string[] = [];
  readonly #ids: readonly string[];

  constructor(ids: readonly string[]) {
    this.#ids = ids;
  }

  /** A file with the scripts of several scenarios. */
  readFile(path: string, cwd: string): void {
    const root = this.#mapping(path, cwd);
    if (!root || !isMap(root.node)) return;
    for (const { key, value } of root.node.items) {
      if (!isScalar(key) || !isNode(value)) continue;
      const id = String(key.value);
      if (!this.#isKnown(id, atNode(root.source, key))) continue;
      this.#take(id, root.source, value);
    }
  }

  /** A file with the script of the scenario that it is named after. */
  readOne(path: string, cwd: string): void {
    const root = this.#mapping(path, cwd);
    if (!root) return;
    const id = basename(path, extname(path));
    if (!this.#isKnown(id, atOffset(root.source.file, 0))) return;
    this.#take(id, root.source, root.node);
  }

  #mapping(path: string, cwd: string): LocatedNode | undefined {
    const { file, diagnostics } = readSource(path, cwd);
    this.files.push(file.name);
    const piece =
      diagnostics.length > 0 ? undefined : attemptOn(file, this.diagnostics, () => mappingOf(file));
    this.diagnostics.push(...diagnostics, ...(piece?.diagnostics ?? []));
    return piece?.root;
  }

  #isKnown(id: string, range: SourceRange): boolean {
    if (this.#ids.includes(id)) return true;
    this.diagnostics.push(
      diagnosticAt(range, "error", {
        code: "unknown-scenario",
        message: `there is no scenario \`${id}\` for this model script`,
        hint: suggestion(id, this.#ids, "`qa list` shows the ids of all scenarios."),
      }),
    );
    return false;
  }

  #take(id: string, source: YamlSource, node: Node): void {
    const located: LocatedNode = { source, node };
    const value = plainValue(located);
    const found = new Diagnostics();
    checkAgainstSchema("model-script", value, located, found);
    this.diagnostics.push(...found.all);
    if (found.all.length === 0) this.scripts.set(id, value as ModelScript);
  }
}

function mappingOf(file: SourceFile): ReturnType<typeof requireMapping> {
  return requireMapping(parseYamlPiece(file, file.text, 0, file.text.length), "a model script file");
}
