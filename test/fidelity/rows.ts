import { mkdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { ROOT } from "../testing/qa.ts";
import type { Area } from "./area.ts";
import { type Finding, VERDICTS, type Verdict } from "./findings.ts";
import { RELEASES, type Release } from "./release.ts";

/** A row of docs/fidelity: how the embedded gateway compares with one release in one thing. */
export interface Row {
  area: string;
  name: string;
  release: string;
  verdict: Verdict;
  why?: string;
}

const [SEEDS_RELEASE] = RELEASES;
/** Begins the reason of a row where the releases differ and this gateway does as the release of the seeds. */
export const FOLLOWED = `as ${SEEDS_RELEASE}, which counts here; not looked at; `;

/**
 * Compares an area with a release.
 * @param known rows of the area, with those about the release of the seeds: where the releases differ, that one counts
 * @throws Error when a name stands there twice
 */
export async function compareArea(
  name: string,
  area: Area,
  release: Release,
  known: readonly Row[],
): Promise<Row[]> {
  const findings = await area.compare(release);
  const asInSeeds = new Set(
    known.filter((row) => row.release === SEEDS_RELEASE && row.verdict === "same").map((row) => row.name),
  );
  const rows = findings.map((finding) => {
    const row = rowOf(name, release.version, finding);
    const isMeant =
      release.version !== SEEDS_RELEASE && finding.mayFollowSeeds && asInSeeds.has(finding.name);
    return isMeant ? { ...row, why: `${FOLLOWED}${row.why}` } : row;
  });
  const names = rows.map((row) => row.name);
  const twice = names.find((one, index) => names.indexOf(one) !== index);
  if (twice !== undefined) throw new Error(`${name}: two rows are named "${twice}"`);
  return rows;
}

function rowOf(area: string, release: string, { name, verdict, why, made }: Finding): Row {
  if (!made) throw new Error(`${area}: ${name} was not compared`);
  return { area, name, release, verdict, ...(why !== "" && { why }) };
}

/** Rows that are worse than the committed ones, and rows that are better or new, in words. */
export function changesSince(committed: readonly Row[], computed: readonly Row[]) {
  const key = ({ name, release }: Row) => `${release} ${name}`;
  const now = new Map(computed.map((row) => [key(row), row]));
  const before = new Map(committed.map((row) => [key(row), row]));
  const worse: string[] = [];
  const better: string[] = [];
  for (const row of committed) {
    const current = now.get(key(row));
    if (current === undefined) worse.push(`${row.area}: ${key(row)} is gone, it was ${row.verdict}`);
    else if (rank(current) < rank(row)) worse.push(changed(row, current));
    else if (rank(current) > rank(row)) better.push(changed(row, current));
  }
  for (const row of computed) {
    if (!before.has(key(row))) better.push(`${row.area}: ${key(row)} is new: ${row.verdict}`);
  }
  return { worse, better };
}

function changed(from: Row, to: Row): string {
  return `${from.area}: ${from.name} (${from.release}) was ${from.verdict} and is ${to.verdict}${to.why ? `: ${to.why}` : ""}`;
}

function rank({ verdict }: Row): number {
  return VERDICTS.indexOf(verdict);
}

const FOLDER = join(ROOT, "docs/fidelity");

/** The committed rows of an area; none before its first `pnpm fidelity`. */
export async function readRows(area: string): Promise<Row[]> {
  const text = await readFile(fileOf(area), "utf8").catch(() => "[]");
  return JSON.parse(text) as Row[];
}

/** A row a line, so that changes of different rows merge. */
export async function writeRows(area: string, rows: readonly Row[]): Promise<void> {
  await mkdir(FOLDER, { recursive: true });
  const lines = rows.map((row) => `  ${JSON.stringify(row)}`);
  await writeFile(fileOf(area), `[\n${lines.join(",\n")}\n]\n`);
}

function fileOf(area: string): string {
  return join(FOLDER, `${area}.json`);
}
