import type { ParsedFile } from "../parse.ts";
import {
  atOffset,
  type Diagnostic,
  Diagnostics,
  type DiagnosticText,
  diagnosticAt,
} from "../source/diagnostic.ts";
import { attemptOn } from "../source/last-resort.ts";
import { readSource } from "../source/read-source.ts";
import type { SourceFile } from "../source/source.ts";
import type { LocatedPackIndex, Pack, Scenario } from "../types.ts";
import {
  type Candidate,
  type CandidateOptions,
  candidatesBelow,
  findCandidates,
  mentioned,
  nameOf,
} from "./candidates.ts";
import type { KeptFiles } from "./kept.ts";
import { BUILTIN, builtinPack, scriptsBeside } from "./packs.ts";
import { checkNamedFolder, ReferenceChecker } from "./references.ts";
import { rowsOf } from "./rows.ts";

export interface CatalogOptions extends CandidateOptions {
  /** Files and folders of model scripts, as typed; they count instead of those that lie beside a pack. */
  modelScripts?: readonly string[];
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
  /** What was found in files before; what is read now is added. Only for commands that run no scenario. */
  kept?: KeptFiles;
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

/**
 * Loads and checks all scenarios that are asked for; a bad file never keeps the others from loading.
 * @throws UsageError if a pack or path does not exist, or a pack holds no scenario
 */
export async function loadCatalog(options: CatalogOptions): Promise<Catalog> {
  const scripts = options.metadataOnly ? [] : scriptsFor(options);
  const { candidates: found, leftOut } = findCandidates(options);
  const candidates = scripts.length > 0 ? found : mentioned(found, options.ids);
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
  for (const { file, diagnostic } of leftOut) {
    catalog.diagnostics.push(diagnostic);
    if (diagnostic.severity === "error") catalog.unusable.push({ file, id: undefined });
  }
  for (const candidate of candidates) await loadFile(candidate, options, catalog);
  await addBuiltin(catalog, options);
  const references = new ReferenceChecker();
  for (const scenario of catalog.scenarios) catalog.diagnostics.push(...references.check(scenario));
  catalog.diagnostics.push(...references.ofPacks());
  rejectDuplicates(catalog);
  if (scripts.length > 0) await addModelScripts(catalog, scripts, options.cwd);
  catalog.diagnostics.sort(byPlace);
  catalog.scenarios = catalog.scenarios.flatMap(rowsOf);
  catalog.replaced = catalog.replaced.flatMap(rowsOf);
  return catalog;
}

/** Adds those of the wanted ids that nothing else has and the tool brings along. */
async function addBuiltin(catalog: Catalog, options: CatalogOptions): Promise<void> {
  const { repoRoot, builtinIds = [], cwd } = options;
  const known = new Set([...catalog.scenarios, ...catalog.unusable].map(({ id }) => id));
  const missing = builtinIds.filter((id) => !known.has(id));
  if (missing.length === 0) return;
  const pack = builtinPack(repoRoot);
  const { candidates } = candidatesBelow(pack.root, pack, cwd);
  catalog.builtinNames = candidates.map(({ path }) => nameOf(path));
  const wanted = candidates.filter(({ path }) => missing.includes(nameOf(path)));
  for (const candidate of wanted) await loadFile(candidate, options, catalog);
}

async function loadFile(
  { path, pack, explicit, unsaved }: Candidate,
  options: CatalogOptions,
  catalog: Catalog,
): Promise<void> {
  const { file, diagnostics } = readSource(path, options.cwd, unsaved);
  catalog.diagnostics.push(...diagnostics);
  let parsed = diagnostics.length > 0 ? undefined : await parse(file, pack, options, catalog.diagnostics);
  if (parsed?.kind === "other") {
    if (!explicit) return;
    catalog.diagnostics.push(diagnosticAt(atOffset(file, 0), "error", notAScenario));
  } else if (parsed) {
    catalog.diagnostics.push(...parsed.diagnostics);
  }
  if (parsed?.kind === "scenario") {
    const found = new Diagnostics(pack);
    for (const folder of parsed.folders) checkNamedFolder(folder, file, pack, found);
    catalog.diagnostics.push(...found.all);
    if (found.hasErrors) parsed = { ...parsed, scenario: undefined };
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

/** What is known of a file from an earlier time, or what it is found to be now; undefined after an unforeseen error. */
async function parse(
  file: SourceFile,
  pack: Pack,
  { kept, metadataOnly }: CatalogOptions,
  diagnostics: Diagnostic[],
): Promise<ParsedFile | undefined> {
  const known = kept?.find(file, pack);
  if (known) return known;
  // The parsers take longer to load than a few files to read; what does not need them does not wait for them.
  const { parseScenarioFile } = await import("../parse.ts");
  const parsed = attemptOn(file, diagnostics, () => parseScenarioFile(file, pack, !metadataOnly));
  if (parsed) kept?.add(file, pack, parsed);
  return parsed;
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
        diagnosticAt(scenario.at(["id"]), "error", {
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
      diagnosticAt(instead.at(["id"]), "warning", {
        code: "duplicate-id",
        message: `this scenario stands in for the repository's own in ${idPlace(scenario)}`,
        hint: "Only one of them can be chosen at a time: leave out `--pack` for the other.",
      }),
    );
    return false;
  });
}

function idPlace(scenario: Scenario): string {
  const { line, column } = scenario.at(["id"]).start;
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
