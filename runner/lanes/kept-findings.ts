import { hash } from "node:crypto";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { readKept, writeKept } from "../base/kept-file.ts";
import { CACHE } from "../base/places.js";
import { toolId } from "../base/tool-id.ts";
import type { Catalog } from "../scenario/catalog/catalog.ts";
import type { Diagnostic } from "../scenario/source/diagnostic.ts";
import { readText } from "../scenario/source/read-source.ts";
import type { Scenario } from "../scenario/types.ts";

/** What is wrong with a lanes file and the quarantine list beside it. */
export interface LaneFindings {
  /** Names of the files that were read. */
  files: readonly string[];
  diagnostics: readonly Diagnostic[];
}

interface Kept {
  /** Of the lanes file. */
  key: string;
  packs: readonly string[];
  /** Of everything. */
  findingsKey: string;
  findings: LaneFindings;
}

/** What decides about lanes besides the scenarios. Paths are absolute. */
export interface LaneFiles {
  lanes: string;
  quarantine: string;
  cwd: string;
  /** As `readQuarantine` takes it. */
  today: string;
}

/**
 * What the last check of a lanes file found, by the content of all that it depends on and the tool's version: planning all
 * of its lanes takes longer than to see that nothing has changed.
 */
export class KeptFindings {
  readonly #path: string;
  readonly #files: LaneFiles;
  readonly #key: string;
  readonly #kept: Kept | undefined;

  /** @param folder absolute; where it is kept */
  constructor(files: LaneFiles, folder: string = join(CACHE, "lanes")) {
    const { lanes, cwd } = files;
    this.#files = files;
    this.#path = join(folder, `${hash("sha256", lanes).slice(0, 24)}.json`);
    this.#key = hash("sha256", JSON.stringify([toolId(), lanes, cwd, contentOf(lanes)]));
    const content = readKept(this.#path);
    const kept = content && (JSON.parse(content.toString("utf8")) as Kept);
    this.#kept = kept?.key === this.#key ? kept : undefined;
  }

  /** The packs that the lanes name, as `packFrom` has them. */
  get packs(): readonly string[] | undefined {
    return this.#kept?.packs;
  }

  /** @param present those of the packs that are there */
  find(catalog: Catalog, present: readonly string[]): LaneFindings | undefined {
    return this.#kept?.findingsKey === this.#keyOf(catalog, present) ? this.#kept.findings : undefined;
  }

  /** Keeps what was found with these scenarios, in place of what was kept before. */
  keep(packs: readonly string[], catalog: Catalog, present: readonly string[], findings: LaneFindings): void {
    const kept: Kept = { key: this.#key, packs, findingsKey: this.#keyOf(catalog, present), findings };
    writeKept(this.#path, Buffer.from(JSON.stringify(kept)));
  }

  #keyOf(
    { scenarios, replaced, unusable, shared, diagnostics }: Catalog,
    present: readonly string[],
  ): string {
    const { quarantine, today } = this.#files;
    const rest = [contentOf(quarantine), today, present, unusable.map(({ id }) => id), shared, diagnostics];
    return hash("sha256", JSON.stringify([scenarios.map(factsOf), replaced.map(factsOf), ...rest]));
  }
}

/** What a plan may depend on. */
function factsOf({ id, family, pack, file, tags, meta, row, modelScript }: Scenario): unknown {
  return [id, family, pack, file.path, tags, meta, row, modelScript !== undefined];
}

/** Also why there is none. */
function contentOf(path: string): unknown {
  return existsSync(path) ? readText(path) : undefined;
}
