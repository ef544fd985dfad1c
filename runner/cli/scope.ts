import { existsSync } from "node:fs";
import { basename, extname, resolve } from "node:path";
import { userFolder } from "../base/invocation.ts";
import { isWithin } from "../base/paths.ts";
import { BUILT, ROOT } from "../base/places.js";
import { GATEWAY_SOURCE } from "../gateway/embedded/build.ts";
import { selectionError, selectScenarios } from "../plan/selection.ts";
import { type Catalog, loadCatalog } from "../scenario/catalog/catalog.ts";
import { BUILTIN, scriptsBeside } from "../scenario/catalog/packs.ts";
import { affectedBy, type Surroundings } from "../watch/affected.ts";
import { type Subject, subjectsOf } from "../watch/subjects.ts";
import type { RunOptions } from "./options.ts";
import { orderOf } from "./order.ts";
import { repositoryRoot } from "./workspace.ts";

const SCENARIO_FILE = /\.(?:md|ya?ml)$/;

/** The scenarios that a command line chooses, before it is known which of them a change concerns. */
export class Scope {
  /** In the order of the catalog. */
  subjects: readonly Subject[];
  /** Ids of those that the user named. */
  readonly named: readonly string[];
  readonly #surroundings: Surroundings;

  private constructor(subjects: readonly Subject[], named: readonly string[], around: Surroundings) {
    this.subjects = subjects;
    this.named = named;
    this.#surroundings = around;
  }

  /**
   * Reads what the scenarios say of themselves, and nothing of their steps. Errors in files are for the run to report: such a
   * file counts as a scenario.
   * @param withCode whether a file that a scenario names as the code that it is about counts
   * @throws UsageError for a choice that cannot be meant; InvalidLanes
   */
  static async read(ids: readonly string[], options: RunOptions, withCode: boolean): Promise<Scope> {
    const order = orderOf(ids, options);
    const cwd = userFolder();
    const root = repositoryRoot();
    const read = await loadCatalog({
      repoRoot: root,
      packs: order.packs,
      packsOnly: order.packsOnly,
      modelScripts: options.modelScript,
      cwd,
      builtinIds: order.builtinIds,
      metadataOnly: true,
    });
    const { catalog, selection } = await order.choose(read);
    const { selected, problems, unreadable } = selectScenarios(catalog, selection);
    const [problem] = problems.filter(({ kind }) => kind !== "no-match");
    if (problem) throw selectionError(problem, selection);
    const chosen = await subjectsOf(selected.map(({ scenario }) => scenario));
    const chosenFiles = new Set(unreadable.map(({ file }) => file));
    const broken = brokenOnes(catalog.unusable.filter(({ file }) => chosenFiles.has(file.name)));
    return new Scope(
      [...chosen, ...broken],
      selected.flatMap(({ scenario, named }) => (named ? scenario.family : [])),
      {
        root,
        common: [
          ...options.modelScript.map((script) => resolve(cwd, script)),
          ...(order.target.kind === "embedded" ? GATEWAY_SOURCE : []),
          // The harness itself, where it is what is worked on.
          ...(withCode && !BUILT && root === ROOT ? [resolve(ROOT, "runner")] : []),
        ],
        shared: [
          ...catalog.packIndexes.map(({ file }) => file.path),
          ...order.packs.filter((pack) => pack !== BUILTIN).flatMap((pack) => scriptsBeside(pack, cwd)),
        ],
        withCode,
      },
    );
  }

  /** The user's repository; absolute. */
  get root(): string {
    return this.#surroundings.root;
  }

  /** Folders and files that a change of may concern a scenario; absolute. */
  get places(): string[] {
    const { common, shared, root } = this.#surroundings;
    const own = this.subjects.flatMap(({ file, pack, sources }) => [file, pack, ...sources]);
    const places = new Set([...common, ...shared, ...own, resolve(root, "fixtures/plugins")]);
    return [...places].filter((place) => existsSync(place));
  }

  /**
   * Reads again what has changed, so that it is known what it depends on now.
   * @param changed absolute
   * @returns false where that is not enough: a file is new, and may be a scenario
   */
  async refresh(changed: readonly string[]): Promise<boolean> {
    const known = new Set(this.subjects.map(({ file }) => file));
    const isNew = (path: string) =>
      this.subjects.some(({ pack }) => isWithin(path, pack)) && existsSync(path);
    if (changed.some((path) => !known.has(path) && SCENARIO_FILE.test(path) && isNew(path))) return false;
    const subjects = await Promise.all(
      this.subjects.map((subject) => (changed.includes(subject.file) ? this.#again(subject) : subject)),
    );
    this.subjects = subjects.filter((subject) => subject !== undefined);
    return true;
  }

  async #again(subject: Subject): Promise<Subject | undefined> {
    const { file, pack } = subject;
    if (!existsSync(file)) return undefined;
    const where = { repoRoot: this.#surroundings.root, cwd: userFolder() };
    const catalog = await loadCatalog({ ...where, paths: [file], metadataOnly: true });
    const [now] = [...(await subjectsOf(catalog.scenarios)), ...brokenOnes(catalog.unusable)];
    return now && { ...now, pack };
  }

  /** Ids of the scenarios that one of the files concerns, each with that file. @param changed absolute */
  affectedBy(changed: readonly string[]): Map<string, string> {
    return affectedBy(changed, this.subjects, this.#surroundings);
  }
}

/** Chosen files that gave no scenario: what they depend on is not known, besides themselves. */
function brokenOnes(unusable: Catalog["unusable"]): Subject[] {
  return unusable.map(({ file, id }) => ({
    id: id ?? basename(file.path, extname(file.path)),
    file: file.path,
    text: file.text,
    pack: file.path,
    sources: [],
    code: [],
  }));
}
