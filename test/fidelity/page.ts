import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { ROOT } from "../testing/qa.ts";
import { listAreas } from "./area.ts";
import { VERDICTS, type Verdict } from "./findings.ts";
import { RELEASES } from "./release.ts";
import { FOLLOWED, type Row, readRows } from "./rows.ts";
import { readSeeds, type SeedRow } from "./seeds.ts";

const PAGE = join(ROOT, "docs/fidelity.md");
const BEST_FIRST = VERDICTS.toReversed();

/** docs/fidelity.md as it is. */
export async function committedPage(): Promise<string> {
  return readFile(PAGE, "utf8").catch(() => "");
}

/** Writes docs/fidelity.md from the committed rows. */
export async function writePage(): Promise<void> {
  await writeFile(PAGE, await page());
}

/** What docs/fidelity.md should be, from the committed rows. */
export async function page(): Promise<string> {
  const areas = await Promise.all(
    listAreas().map(async ({ name, title }) => ({ title, rows: await readRows(name) })),
  );
  const all = areas.flatMap(({ rows }) => rows);
  const seeds = await readSeeds();
  return `${[
    "# Fidelity",
    INTRODUCTION,
    table(
      ["", ...RELEASES],
      [
        ["**all**", ...RELEASES.map((release) => counts(all, release))],
        ...areas.map(({ title, rows }) => [title, ...RELEASES.map((release) => counts(rows, release))]),
      ],
    ),
    followed(all),
    `Of the seeds' ${seeds.length} rows ${seeds.filter(({ test }) => test).length} are full.`,
    seedSection(seeds),
    ...areas.map(({ title, rows }) => section(title, rows)),
  ].join("\n\n")}\n`;
}

const INTRODUCTION = `How the embedded gateway compares with published releases, thing by thing. Written by \`pnpm fidelity\` from what it
found by asking the releases' own code, or by running their own clients; the rows are in \`docs/fidelity/\`. **same**: every
fixed input and every random one gave the same answer. **subset**: it has a part of it, and nothing else. **differs**: as
the row says; *wanted* differences name who wants them. **missing**: it has nothing of it. Tests compare again and fail
when a row has become worse.`;

function counts(rows: readonly Row[], release: string): string {
  const own = rows.filter((row) => row.release === release);
  if (own.length === 0) return "not compared";
  const numberOf = (verdict: Verdict) => own.filter((row) => row.verdict === verdict).length;
  return BEST_FIRST.flatMap((verdict) =>
    numberOf(verdict) === 0 ? [] : [`${numberOf(verdict)} ${verdict}`],
  ).join(", ");
}

/** What nobody has looked at is said at the top. */
function followed(rows: readonly Row[]): string {
  const [counts, newest = ""] = RELEASES;
  const differ = rows.filter(({ release, verdict }) => release === newest && verdict === "differs");
  const unseen = differ.filter(({ why = "" }) => why.startsWith(FOLLOWED));
  return `Of the ${differ.length} rows that differ from ${newest}, ${unseen.length} are the same as ${counts}, which counts where the two
releases differ. Nobody has looked at each of these: their reason is the first difference that was found. So it is with
what is *missing* and has no reason: that it is not there is all that is known.`;
}

/** What both releases agree on is one row; what is the same or missing needs no row of its own. */
function section(title: string, rows: readonly Row[]): string {
  const plain = ({ verdict, why }: Row) => (verdict === "same" || verdict === "missing") && why === undefined;
  const lists = RELEASES.flatMap((release) =>
    (["same", "missing"] as const).flatMap((verdict) => {
      const names = rows.filter((row) => row.release === release && row.verdict === verdict && plain(row));
      return names.length === 0
        ? []
        : [`${release}, ${verdict} (${names.length}): ${names.map(({ name }) => name).join(", ")}.`];
    }),
  );
  const told = Map.groupBy(
    rows.filter((row) => !plain(row)),
    ({ name, verdict, why }) => JSON.stringify([name, verdict, why]),
  );
  const lines = [...told.values()].map((same) => {
    const [{ name, verdict, why = "" } = { name: "", verdict: "" }] = same;
    return [name, same.map(({ release }) => release).join(", "), verdict, why];
  });
  return [
    `## ${title}`,
    ...(lines.length > 0 ? [table(["", "release", "", "why"], lines)] : []),
    ...lists,
  ].join("\n\n");
}

function seedSection(seeds: readonly SeedRow[]): string {
  const lines = seeds.map(({ seed, behaviour, test, reason = "" }) => {
    const [file = "", title = ""] = test?.split(" › ") ?? [];
    return [seed, behaviour, test ? "full" : "", test ? `${file}: ${title}` : reason];
  });
  return [
    "## The seeds' rows",
    "What the seeds ask for, and the test that shows it in full, or why it is not.",
    table(["seed", "behaviour", "", "shown by, or why not"], lines),
  ].join("\n\n");
}

function table(head: readonly string[], lines: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]) =>
    `| ${cells.map((cell) => cell.replaceAll("|", "\\|")).join(" | ")} |`;
  return [line(head), `|${"---|".repeat(head.length)}`, ...lines.map(line)].join("\n");
}
