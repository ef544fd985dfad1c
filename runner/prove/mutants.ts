import { existsSync } from "node:fs";
import { mkdir } from "node:fs/promises";
import { dirname } from "node:path";
import { replaceFile } from "../base/files.ts";
import { JsonFormat } from "../base/json-format.ts";
import { shuffled } from "../base/shuffled.ts";
import type { PairResult } from "./judge.ts";
import { type Judged, type KeptMutants, MUTANTS_VERSION, mutantsSchema } from "./mutants-schema.ts";
import type { ProvenKey } from "./proven.ts";

const FORMAT = new JsonFormat<KeptMutants>({
  what: "a file of mutants",
  version: MUTANTS_VERSION,
  schema: mutantsSchema,
});

type Place = Pick<KeptMutants["mutants"][number], "id" | "operator" | "path" | "line" | "before" | "after">;

/** A mutant that was drawn, and what is known of it. Scenarios are named by their ids. */
export interface DrawnMutant extends Place {
  passedBy: Set<string>;
  /** Those that passed with it. */
  tried: Set<string>;
  killed?: { by: string; at: string };
  broke: Map<string, string>;
}

/** What is known of a scenario besides. */
interface Trier extends Pick<ProvenKey, "text" | "inputs"> {
  /** The longest that it took on the healthy gateway. */
  ms: number;
}

/** The top folder of a source file; what lies beside the folders counts as one. */
export function folderOf({ path }: Pick<Place, "path">): string {
  const slash = path.indexOf("/");
  return slash === -1 ? "." : path.slice(0, slash);
}

/**
 * Draws mutants evenly over folders, by a seed: one of each folder in turn, as long as it has any.
 * @param possible in an order of their own
 */
export function drawn<T extends Pick<Place, "path">>(
  possible: readonly T[],
  most: number,
  seed: number,
): T[] {
  const folders = Map.groupBy(possible, folderOf);
  const piles = [...folders.keys()].sort().map((folder) => shuffled(folders.get(folder) ?? [], seed));
  const chosen: T[] = [];
  for (let round = 0; chosen.length < most && piles.some((pile) => pile.length > round); round += 1)
    for (const pile of piles) {
      const next = pile[round];
      if (next !== undefined && chosen.length < most) chosen.push(next);
    }
  return chosen;
}

/**
 * Groups of mutants to be tried together, those of a file in different groups as far as can be: one is not to hide what
 * another does.
 */
export function apart<T extends Pick<Place, "path">>(mutants: readonly T[], most: number): T[][] {
  const byFile = [...Map.groupBy(mutants, ({ path }) => path).values()].flat();
  const count = Math.ceil(mutants.length / most);
  return Array.from({ length: count }, (_, group) => byFile.filter((_, index) => index % count === group));
}

/** The runs of a scenario with no mutant switched on. */
export class HealthyRuns {
  #passed: ReadonlySet<string> | undefined;
  /** The longest of them. */
  ms = 0;

  /** @param ids of the mutants whose place this run came by */
  add(ids: Iterable<string>, ms: number): void {
    const now = new Set(ids);
    this.#passed = this.#passed?.intersection(now) ?? now;
    this.ms = Math.max(this.ms, ms);
  }

  /** The mutants whose place each of the runs came by: what only some come by, such as what looks by a clock, is left to chance. */
  get passed(): ReadonlySet<string> {
    return this.#passed ?? new Set();
  }
}

/** Mutants that were drawn, and what scenarios made of them, as it is kept in a file that is checked in. */
export class MutantsFile {
  readonly path: string;
  gateway = "";
  seed = 0;
  asked = 0;
  readonly scenarios = new Map<string, Trier>();
  mutants: DrawnMutant[] = [];
  readonly judged: Map<string, Judged>;

  private constructor(path: string, kept?: KeptMutants) {
    this.path = path;
    this.judged = new Map(Object.entries(kept?.judged ?? {}));
    if (!kept) return;
    const { gateway, seed, asked, scenarios, mutants } = kept;
    Object.assign(this, { gateway, seed, asked });
    for (const { id, ...trier } of scenarios) this.scenarios.set(id, trier);
    const idAt = (place: number) => scenarios[place]?.id ?? "";
    this.mutants = mutants.map(({ passedBy, tried, by, at = "", broke = {}, ...place }) => ({
      ...place,
      passedBy: new Set(passedBy.map(idAt)),
      tried: new Set(tried.map(idAt)),
      ...(by === undefined ? {} : { killed: { by: idAt(by), at } }),
      broke: new Map(Object.entries(broke).map(([name, why]) => [idAt(Number(name)), why])),
    }));
  }

  /** Reads the file; one that is not there is empty. @returns what is wrong with it, and then it counts as empty */
  static async open(path: string): Promise<{ file: MutantsFile; problem?: string }> {
    if (!existsSync(path)) return { file: new MutantsFile(path) };
    const reading = await FORMAT.read(path);
    if ("problem" in reading) return { file: new MutantsFile(path), problem: reading.problem };
    return { file: new MutantsFile(path, reading.value) };
  }

  /** Whether what was drawn still counts; what people found stays. */
  isOf(gateway: string, seed: number, asked: number): boolean {
    return this.gateway === gateway && this.seed === seed && this.asked === asked;
  }

  /**
   * Forgets what is known of scenarios that are not as they were.
   * @param areAll others than these are gone
   * @returns those of which something is known
   */
  keep(keys: ReadonlyMap<string, ProvenKey>, areAll: boolean): Set<string> {
    for (const [id, { text, inputs }] of this.scenarios) {
      const key = keys.get(id);
      if (key ? key.text === text && key.inputs === inputs : !areAll) continue;
      this.scenarios.delete(id);
      for (const mutant of this.mutants) {
        mutant.passedBy.delete(id);
        mutant.tried.delete(id);
        mutant.broke.delete(id);
        if (mutant.killed?.by === id) delete mutant.killed;
      }
    }
    return new Set(this.scenarios.keys());
  }

  /** A scenario passed on the healthy gateway, and came by these mutants. */
  passed(id: string, trier: Trier, passed: ReadonlySet<string>): void {
    this.scenarios.set(id, trier);
    for (const mutant of this.mutants) if (passed.has(mutant.id)) mutant.passedBy.add(id);
  }

  /** What a scenario did with a mutant. */
  add(id: string, scenario: string, result: PairResult): void {
    const mutant = this.mutants.find((each) => each.id === id);
    if (!mutant) return;
    mutant.broke.delete(scenario);
    if (result.kind === "killed") mutant.killed = { by: scenario, at: result.at };
    else if (result.kind === "broke") mutant.broke.set(scenario, result.why);
    else if (result.kind === "survived") mutant.tried.add(scenario);
    // With it, the scenario does not even come there: nothing that it could notice.
    else mutant.passedBy.delete(scenario);
  }

  /** Writes it, a line for each mutant. @throws the file system's error */
  async save(): Promise<void> {
    const ids = [...this.scenarios.keys()].sort();
    const placesOf = (some: Iterable<string>) =>
      [...some]
        .map((id) => ids.indexOf(id))
        .filter((place) => place !== -1)
        .sort((one, other) => one - other);
    const mutants = this.mutants.map(({ passedBy, tried, killed, broke, ...place }) => ({
      ...place,
      passedBy: placesOf(passedBy),
      tried: placesOf(tried),
      ...(killed ? { by: ids.indexOf(killed.by), at: killed.at } : {}),
      ...(broke.size > 0
        ? { broke: Object.fromEntries([...broke].map(([id, why]) => [String(ids.indexOf(id)), why])) }
        : {}),
    }));
    const scenarios = ids.map((id) => ({ id, ...(this.scenarios.get(id) as Trier) }));
    const judged = Object.fromEntries([...this.judged].sort(([one], [other]) => (one < other ? -1 : 1)));
    const { gateway, seed, asked } = this;
    const value: KeptMutants = { version: MUTANTS_VERSION, gateway, seed, asked, scenarios, mutants, judged };
    await mkdir(dirname(this.path), { recursive: true });
    await replaceFile(this.path, inLines(value));
  }
}

/** Each entry of a list, and of what people found, in a line: differences are to be read. */
function inLines(value: KeptMutants): string {
  const list = (items: readonly unknown[]) =>
    `[\n${items.map((item) => `  ${JSON.stringify(item)}`).join(",\n")}\n ]`;
  const rows = Object.entries(value).map(([key, member]) => {
    const text = Array.isArray(member) && member.length > 0 ? list(member) : JSON.stringify(member, null, 1);
    return ` ${JSON.stringify(key)}: ${key === "judged" ? text.replaceAll("\n", "\n ") : text}`;
  });
  return `{\n${rows.join(",\n")}\n}\n`;
}

/** Which scenarios are to try a mutant next, the most promising first. */
export class Promises {
  readonly #file: MutantsFile;
  readonly #chosen: ReadonlySet<string>;

  /** @param chosen ids of the scenarios that may try */
  constructor(file: MutantsFile, chosen: ReadonlySet<string>) {
    this.#file = file;
    this.#chosen = chosen;
  }

  /** Scenarios that come by it and have not tried it; none once it was noticed. */
  of(mutant: DrawnMutant): string[] {
    if (mutant.killed) return [];
    const open = [...mutant.passedBy].filter(
      (id) => this.#chosen.has(id) && !mutant.tried.has(id) && !mutant.broke.has(id),
    );
    const worth = new Map(open.map((id) => [id, this.#worth(mutant, id)]));
    return open.sort(
      (one, other) => (worth.get(other) ?? 0) - (worth.get(one) ?? 0) || (one < other ? -1 : 1),
    );
  }

  /**
   * What can be hoped for in a second: how many mutants of the same file and folder the scenario has noticed of those that it
   * tried, and before that is known, how much of the folder it comes by.
   */
  #worth(mutant: DrawnMutant, id: string): number {
    const folder = this.#file.mutants.filter((each) => folderOf(each) === folderOf(mutant));
    const passed = folder.filter((each) => each.passedBy.has(id)).length;
    let [hits, tries] = [passed / folder.length, 1];
    for (const each of folder) {
      const weight = each.path === mutant.path ? 2 : 1;
      if (each.killed?.by === id) hits += weight;
      if (each.killed?.by === id || each.tried.has(id)) tries += weight;
    }
    return hits / tries / (START_MS + (this.#file.scenarios.get(id)?.ms ?? 0));
  }
}

/** What each try costs besides the scenario itself. */
const START_MS = 1_500;
