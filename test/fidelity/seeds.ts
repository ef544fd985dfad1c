import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { ROOT } from "../testing/qa.ts";

/**
 * A behaviour that the seeds ask for: a sentence of their docs, a test of theirs, a rule of the code they show.
 * docs/fidelity/seeds.json is written by hand, a row a line.
 */
export interface SeedRow {
  seed: string;
  behaviour: string;
  /** What shows it in full, as `file › title`: a test, a scenario's id, or an area of fidelity. */
  test?: string;
  /** Why it is not full; of every row without a test. */
  reason?: string;
}

export async function readSeeds(): Promise<SeedRow[]> {
  return JSON.parse(await readFile(join(ROOT, "docs/fidelity/seeds.json"), "utf8")) as SeedRow[];
}

/** What is wrong with the rows: a test that is not there, a row that says neither or both, or one that stands twice. */
export async function seedProblems(rows: readonly SeedRow[]): Promise<string[]> {
  const names = rows.map(nameOf);
  const twice = names.filter((name, index) => names.indexOf(name) !== index);
  const found = await Promise.all(rows.map(problemOf));
  return [...twice.map((name) => `${name}: stands twice`), ...found.flat()];
}

async function problemOf(row: SeedRow): Promise<string[]> {
  const { test, reason } = row;
  if ((test === undefined) === (reason === undefined)) return [`${nameOf(row)}: needs a test or a reason`];
  if (test === undefined) return [];
  const [file = "", title = ""] = test.split(" › ");
  const text = await readFile(join(ROOT, file), "utf8").catch(() => "");
  return title !== "" && text.includes(title) ? [] : [`${nameOf(row)}: there is no ${test}`];
}

const nameOf = ({ seed, behaviour }: SeedRow) => `seed ${seed}, ${behaviour}`;
