import { existsSync } from "node:fs";
import { basename, extname, resolve } from "node:path";
import { UsageError } from "../../base/errors.ts";
import type { ParsedFile } from "../parse.ts";
import {
  atOffset,
  atPath,
  type Diagnostic,
  type DiagnosticText,
  diagnosticAt,
} from "../source/diagnostic.ts";
import { attemptOn } from "../source/last-resort.ts";
import { readSource, readText } from "../source/read-source.ts";
import type { SourceFile } from "../source/source.ts";
import type { LocatedPackIndex, Pack, Scenario } from "../types.ts";
import { type FoundFiles, findScenarioFiles } from "./find-files.ts";
import { BUILTIN, builtinPack, ownPack, packAround, packOf, scriptsBeside, statsAt } from "./packs.ts";
import { ReferenceChecker } from "./references.ts";
import { familiesOf, rowsOf } from "./rows.ts";

export interface CatalogOptions {
  /** Absolute. */
  repoRoot: string;
  /** Folders given with `--pack`, as typed. */
  packs?: readonly string[];
  /** Leaves the repository's own scenarios out. */
  packsOnly?: boolean;
  /** The packs have every permission that their flows use. */
  trust?: boolean;
  /** Files and folders of model scripts, as typed; they count instead of those that lie beside a pack. */
  modelScripts?: readonly string[];
  /** Files and folders to load instead of the repository's own scenarios and packs, as typed. */
  paths?: readonly string[];
  /**
   * Reads only files whose text holds one of these ids: all that a run of named scenarios needs. When one of them is
   * in none of the files, all are read after all, so that an error can say what there is; and where a pack has an
   * index or there are model scripts, because these speak of other scenarios too.
   */
  ids?: readonly string[];
  /** Leaves flows unread, for commands that only name scenarios: `flow` may be missing then. */
  metadataOnly?: boolean;
  /** Ids that, where nothing else has them, are looked for among the scenarios that come with the tool. */
  builtinIds?: readonly string[];
  /**
   * Texts to load instead of anything else, by the absolute path of the file that they will be; one that holds no scenario is
   * no mistake.
   */
  unsaved?: ReadonlyMap<string, string>;
  /** Absolute; what was typed, and what is shown, is relative to it. */
  cwd: string;
}

export interface Catalog {
  /** Those without an error of this phase, except in references, in the order of their files; one with examples for each of its rows. */
  scenarios: Scenario[];
  /** The repository's own that a scenario of a pack stands in for. */
  replaced: Scenario[];
  /** Scenario files that gave no scenario, with the id if it could be read. */
  unusable: { file: SourceFile; id: string | undefined }[];
  packIndexes: LocatedPackIndex[];
  /** Sorted by file and place. */
  diagnostics: Diagnostic[];
  /** Names of the files that were read as scenario, index or model script. */
  files: string[];
  /** Names of those among them that concern more than one scenario: indexes and model scripts. */
  shared: string[];
  /** What the scenarios that come with the tool are called, where ids of theirs were looked for; for advice. */
  builtinNames: string[];
}

/** Name of the file that describes a pack, whatever its form. */
const PACK_INDEX = "index";

type ParseFile = (file: SourceFile, pack: Pack) => ParsedFile;

interface Candidate {
  path: string;
  pack: Pack;
  /** Named by the user, so that it must be a scenario. */
  explicit: boolean;
  /** Counts instead of what stands in the file. */
  unsaved?: string;
}

/**
 * Loads and checks all scenarios that are asked for; a bad file never keeps the others from loading.
 * @throws UsageError if a pack or path does not exist, or a pack holds no scenario
 */
export async function loadCatalog(options: CatalogOptions): Promise<Catalog> {
  const scripts = options.metadataOnly ? [] : scriptsFor(options);
  const { candidates: found, leftOut } = findCandidates(options);
  const candidates = scripts.length > 0 ? found : mentioned(found, options.ids);
  // The parsers take longer to load than a few files to read; a mistyped folder does not wait for them.
  const { parseScenarioFile } = await import("../parse.ts");
  const catalog: Catalog = {
    scenarios: [],
    replaced: [],
    unusable: [],
    packIndexes: [],
    diagnostics: [],
    files: [],
    shared: [],
    builtinNames: [],
  };
  const parse: ParseFile = (file, pack) => parseScenarioFile(file, pack, !options.metadataOnly);
  for (const { file, diagnostic } of leftOut) {
    catalog.diagnostics.push(diagnostic);
    if (diagnostic.severity === "error") catalog.unusable.push({ file, id: undefined });
  }
  for (const candidate of candidates) loadFile(candidate, options.cwd, catalog, parse);
  addBuiltin(catalog, options, parse);
  const references = new ReferenceChecker();
  for (const scenario of catalog.scenarios) catalog.diagnostics.push(...references.check(scenario));
  rejectDuplicates(catalog);
  if (scripts.length > 0) await addModelScripts(catalog, scripts, options.cwd);
  catalog.diagnostics.sort(byPlace);
  catalog.scenarios = catalog.scenarios.flatMap(rowsOf);
  catalog.replaced = catalog.replaced.flatMap(rowsOf);
  return catalog;
}

/** Adds those of the wanted ids that nothing else has and the tool brings along. */
function addBuiltin(
  catalog: Catalog,
  { repoRoot, builtinIds = [], cwd }: CatalogOptions,
  parse: ParseFile,
): void {
  const known = new Set([...catalog.scenarios, ...catalog.unusable].map(({ id }) => id));
  const missing = builtinIds.filter((id) => !known.has(id));
  if (missing.length === 0) return;
  const pack = builtinPack(repoRoot);
  const { candidates } = candidatesBelow(pack.root, pack, cwd);
  catalog.builtinNames = candidates.map(({ path }) => nameOf(path));
  const wanted = candidates.filter(({ path }) => missing.includes(nameOf(path)));
  for (const candidate of wanted) loadFile(candidate, cwd, catalog, parse);
}

/** Files to read, and what a folder holds but does not give. */
interface Found {
  candidates: Candidate[];
  leftOut: FoundFiles["leftOut"];
}

function findCandidates(options: CatalogOptions): Found {
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

function mentioned(candidates: Candidate[], ids: readonly string[] | undefined): Candidate[] {
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

function nameOf(path: string): string {
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

function candidatesBelow(folder: string, pack: Pack, cwd: string): Found {
  const { files, leftOut } = findScenarioFiles(folder, cwd);
  return { candidates: files.map((path) => ({ path, pack, explicit: false })), leftOut };
}

function loadFile(
  { path, pack, explicit, unsaved }: Candidate,
  cwd: string,
  catalog: Catalog,
  parse: ParseFile,
): void {
  const { file, diagnostics } = readSource(path, cwd, unsaved);
  catalog.diagnostics.push(...diagnostics);
  const parsed =
    diagnostics.length > 0 ? undefined : attemptOn(file, catalog.diagnostics, () => parse(file, pack));
  if (parsed?.kind === "other") {
    if (!explicit) return;
    catalog.diagnostics.push(diagnosticAt(atOffset(file, 0), "error", notAScenario));
  } else if (parsed) {
    catalog.diagnostics.push(...parsed.diagnostics);
  }
  catalog.files.push(file.name);
  if (parsed?.kind === "pack-index") {
    catalog.shared.push(file.name);
    if (parsed.index) catalog.packIndexes.push({ pack, file, index: parsed.index });
  } else if (parsed?.kind === "scenario" && parsed.scenario) {
    catalog.scenarios.push(parsed.scenario);
  } else {
    catalog.unusable.push({ file, id: parsed?.kind === "scenario" ? parsed.id : undefined });
  }
}

/** The scripts that lie beside the packs given with `--pack`, then those that were asked for. */
function scriptsFor({ modelScripts = [], packs = [], cwd }: CatalogOptions): string[] {
  return [
    ...packs.filter((folder) => folder !== BUILTIN).flatMap((folder) => scriptsBeside(folder, cwd)),
    ...modelScripts,
  ];
}

async function addModelScripts(catalog: Catalog, paths: readonly string[], cwd: string): Promise<void> {
  const { readModelScripts } = await import("./model-scripts.ts");
  const unusable = catalog.unusable.flatMap(({ id }) => id ?? []);
  const ids = [...catalog.scenarios.map(({ id }) => id), ...unusable];
  const { scripts, diagnostics, files } = readModelScripts(paths, ids, cwd);
  catalog.scenarios = catalog.scenarios.map((scenario) => {
    const modelScript = scripts.get(scenario.id);
    return modelScript ? { ...scenario, modelScript } : scenario;
  });
  catalog.diagnostics.push(...diagnostics);
  catalog.files.push(...files);
  catalog.shared.push(...files);
}

/**
 * Keeps the first scenario of each id, and says at each of several where the others are. Where a pack
 * given by the user has an id of the repository's own scenarios, the pack's scenario counts.
 */
function rejectDuplicates(catalog: Catalog): void {
  setReplacedAside(catalog);
  const { scenarios, diagnostics } = catalog;
  const byId = Map.groupBy(scenarios, (scenario) => scenario.id);
  for (const [id, group] of byId) {
    if (group.length === 1) continue;
    for (const scenario of group) {
      const others = group.filter((other) => other !== scenario).map(idPlace);
      diagnostics.push(
        diagnosticAt(atPath(scenario.metadata, ["id"]), "error", {
          code: "duplicate-id",
          message: `the id \`${id}\` is also used in ${others.join(" and ")}`,
          hint: "Give each scenario an id of its own.",
        }),
      );
    }
  }
  catalog.scenarios = scenarios.filter((scenario) => byId.get(scenario.id)?.[0] === scenario);
}

function setReplacedAside(catalog: Catalog): void {
  const { scenarios, replaced, diagnostics } = catalog;
  const given = Map.groupBy(
    scenarios.filter(({ pack }) => pack.foreign),
    ({ id }) => id,
  );
  const others = new Set(scenarios.filter(({ pack }) => !pack.builtin).map(({ id }) => id));
  catalog.scenarios = scenarios.filter((scenario) => {
    if (scenario.pack.builtin) return !others.has(scenario.id);
    const [instead] = given.get(scenario.id) ?? [];
    if (!instead || scenario.pack.foreign) return true;
    replaced.push(scenario);
    diagnostics.push(
      diagnosticAt(atPath(instead.metadata, ["id"]), "warning", {
        code: "duplicate-id",
        message: `this scenario stands in for the repository's own in ${idPlace(scenario)}`,
        hint: "Only one of them can be chosen at a time: leave out `--pack` for the other.",
      }),
    );
    return false;
  });
}

function idPlace(scenario: Scenario): string {
  const { line, column } = scenario.locate(["id"]);
  return `${scenario.file.name}:${line}:${column}`;
}

const notAScenario: DiagnosticText = {
  code: "not-a-scenario",
  message: "the file holds no scenario",
  hint: "Write a title (`# …`) and, below it, each step as a heading with a ```yaml qa-step block. In the older form a scenario begins with front matter that has an `id`, and holds all steps in one ```yaml qa-flow block.",
};

function byPlace(a: Diagnostic, b: Diagnostic): number {
  if (a.file !== b.file) return a.file < b.file ? -1 : 1;
  return a.line - b.line || a.column - b.column;
}
