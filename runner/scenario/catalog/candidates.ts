import { existsSync } from "node:fs";
import { basename, extname, resolve } from "node:path";
import { UsageError } from "../../base/errors.ts";
import { readText } from "../source/read-source.ts";
import type { Pack } from "../types.ts";
import { type FoundFiles, findScenarioFiles } from "./find-files.ts";
import { ownPack, packAround, packOf, statsAt } from "./packs.ts";
import { familiesOf } from "./rows.ts";

/** Name of the file that describes a pack, whatever its form. */
const PACK_INDEX = "index";

/** A file that may hold a scenario. */
export interface Candidate {
  path: string;
  pack: Pack;
  /** Named by the user, so that it must be a scenario. */
  explicit: boolean;
  /** Counts instead of what stands in the file. */
  unsaved?: string;
}

/** Where files are looked for. */
export interface CandidateOptions {
  /** Absolute. */
  repoRoot: string;
  /** Folders given with `--pack`, as typed. */
  packs?: readonly string[];
  /** Leaves the repository's own scenarios out. */
  packsOnly?: boolean;
  /** The packs have every permission that their flows use. */
  trust?: boolean;
  /** Files and folders to load instead of the repository's own scenarios and packs, as typed. */
  paths?: readonly string[];
  /**
   * Texts to load instead of anything else, by the absolute path of the file that they will be; one that holds no scenario is
   * no mistake.
   */
  unsaved?: ReadonlyMap<string, string>;
  /** Absolute; what was typed, and what is shown, is relative to it. */
  cwd: string;
}

/** Files to read, and what a folder holds but does not give. */
interface Found {
  candidates: Candidate[];
  leftOut: FoundFiles["leftOut"];
}

/**
 * The files that are asked for, each once.
 * @throws UsageError if a pack or path does not exist, or a pack holds no scenario
 */
export function findCandidates(options: CandidateOptions): Found {
  const { repoRoot, packs = [], packsOnly = false, trust = false, paths = [], cwd } = options;
  const unsaved = [...(options.unsaved ?? [])].map(([path, text]): Candidate => {
    return { path, pack: packAround(path, repoRoot), explicit: false, unsaved: text };
  });
  const own = [ownPack(repoRoot)].filter((pack) => !packsOnly && existsSync(pack.root));
  const found =
    unsaved.length > 0
      ? [{ candidates: unsaved, leftOut: [] }]
      : paths.length > 0
        ? paths.map((path) => candidatesAt(path, repoRoot, cwd))
        : own.map((pack) => candidatesBelow(pack.root, pack, cwd));
  for (const folder of packs) {
    const pack: Pack = { ...packOf(folder, repoRoot, cwd), trusted: trust };
    const inPack = candidatesBelow(pack.root, pack, cwd);
    if (inPack.candidates.length === 0 && inPack.leftOut.length === 0) {
      throw new UsageError(
        `the pack ${folder} holds no scenario`,
        "Scenarios are .md, .yaml and .yml files at any depth.",
      );
    }
    found.push(inPack);
  }
  const candidates = found.flatMap((each) => each.candidates);
  return {
    candidates: [...new Map(candidates.map((candidate) => [candidate.path, candidate])).values()],
    leftOut: found.flatMap((each) => each.leftOut),
  };
}

/** Those of the files that may hold one of the ids; all of them where that does not settle it. */
export function mentioned(candidates: Candidate[], ids: readonly string[] | undefined): Candidate[] {
  // An index speaks of all scenarios of its pack.
  if (!ids || candidates.some(({ path }) => nameOf(path) === PACK_INDEX)) return candidates;
  const missing = new Set(ids);
  const chosen = candidates.filter(({ path }) => {
    const name = nameOf(path);
    // The name counts too: for a broken file it may be all that gives its id.
    const text = readText(path);
    const found = ids.filter((id) =>
      [id, ...familiesOf(id)].some(
        (each) => name.includes(each) || (typeof text === "string" && text.includes(each)),
      ),
    );
    for (const id of found) missing.delete(id);
    return found.length > 0;
  });
  return missing.size > 0 ? candidates : chosen;
}

/** A file's name without what follows the last dot. */
export function nameOf(path: string): string {
  return basename(path, extname(path));
}

function candidatesAt(typed: string, repoRoot: string, cwd: string): Found {
  const path = resolve(cwd, typed);
  const stats = statsAt(path);
  if (!stats)
    throw new UsageError(
      `there is no file or folder ${typed}`,
      "Give scenario files, or folders that hold them.",
    );
  const pack = packAround(path, repoRoot);
  return stats.isDirectory()
    ? candidatesBelow(path, pack, cwd)
    : { candidates: [{ path, pack, explicit: true }], leftOut: [] };
}

/** All files below a folder of a pack. */
export function candidatesBelow(folder: string, pack: Pack, cwd: string): Found {
  const { files, leftOut } = findScenarioFiles(folder, cwd);
  return { candidates: files.map((path) => ({ path, pack, explicit: false })), leftOut };
}
