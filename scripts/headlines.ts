import { spawn } from "node:child_process";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { parse } from "yaml";
import { ROOT } from "../runner/base/places.js";
import { inShort, markdownTable } from "../runner/base/text.ts";
import { headlineOf } from "../runner/report/chain-text.ts";
import type { RunReport } from "../runner/report/schema/report-schema.ts";

// `node scripts/headlines.ts [fault…]`: breaks the embedded gateway in each known way, runs the scenario that fails with it, and
// compares the failure's first line and first missing link with what was written down before (headlines.yaml). It
// writes the table in docs/headlines.md; with names only their rows. Exit code 1 when fewer than nine of ten are right.

interface Expected {
  fault: string;
  scenario: string;
  chain?: string;
  missing?: string;
  says: string;
  before?: string;
  /** Added afterwards, where it is not met. */
  note?: string;
}

interface Outcome {
  headline: string;
  chain: string | undefined;
  missing: string | undefined;
  /** What is not as expected; empty when all is. */
  wrong: string[];
}

const EXPECTED = join(ROOT, "test/testing/headlines.yaml");
const TABLE = join(ROOT, "docs/headlines.md");
const BEGIN = "<!-- table -->\n\n";
const ENOUGH = 0.9;
const GUARD = { OPENCLAW_QA_ALLOW_UPDATE_RUN_SELF: "1" };

const { positionals, values } = parseArgs({
  allowPositionals: true,
  options: { jobs: { type: "string", default: "2" } },
});
const all: Expected[] = parse(await readFile(EXPECTED, "utf8"));
const chosen = positionals.length === 0 ? all : all.filter(({ fault }) => positionals.includes(fault));
const outcomes = new Map<Expected, Outcome>();
for (const fault of new Set(chosen.map((row) => row.fault))) {
  const rows = chosen.filter((row) => row.fault === fault);
  const report = await runWith(
    fault,
    rows.map(({ scenario }) => scenario),
  );
  for (const row of rows) {
    const outcome = judge(row, report);
    outcomes.set(row, outcome);
    const mark = outcome.wrong.length === 0 ? "✓" : "✗";
    process.stdout.write(
      `${[`${mark} ${fault} ${row.scenario}: ${outcome.headline}`, ...outcome.wrong].join("\n    ")}\n`,
    );
  }
}
const right = [...outcomes.values()].filter(({ wrong }) => wrong.length === 0).length;
process.stdout.write(`${right} of ${outcomes.size} right\n`);
await writeTable();
process.exitCode = right < ENOUGH * outcomes.size ? 1 : 0;

async function runWith(fault: string, scenarios: readonly string[]): Promise<RunReport | undefined> {
  const folder = await mkdtemp(join(tmpdir(), "headlines-"));
  const args = ["runner/cli/main.js", "run", ...scenarios, "--fault", fault];
  args.push("--jobs", values.jobs, "--out", folder, "--reporter", "plain");
  const child = spawn(process.execPath, args, {
    cwd: ROOT,
    env: { ...process.env, ...GUARD },
    stdio: ["ignore", "ignore", "inherit"],
  });
  await new Promise((resolve) => child.once("exit", resolve));
  const text = await readFile(join(folder, "report.json"), "utf8").catch(() => undefined);
  await rm(folder, { recursive: true, force: true });
  return text === undefined ? undefined : JSON.parse(text);
}

function judge(row: Expected, report: RunReport | undefined): Outcome {
  const scenario = report?.scenarios.find(({ id }) => id === row.scenario);
  const failure = scenario?.failure;
  if (!failure) {
    const headline = scenario?.reason ?? "";
    return {
      headline,
      chain: undefined,
      missing: undefined,
      wrong: [`it ${scenario?.verdict ?? "did not run"}`],
    };
  }
  const headline = inShort(headlineOf(failure).split("\n")[0] ?? "");
  const { name: chain, missing } = failure.chain ?? {};
  const wrong = [
    ...(headline.toLowerCase().includes(row.says.toLowerCase()) ? [] : [`does not say "${row.says}"`]),
    ...(row.chain === undefined || row.chain === chain
      ? []
      : [`the chain is ${chain ?? "not there"}, expected ${row.chain}`]),
    ...(row.missing === missing
      ? []
      : [`the first missing link is ${missing ?? "none"}, expected ${row.missing ?? "none"}`]),
  ];
  return { headline, chain, missing, wrong };
}

/** Rows of faults that did not run stay as they are. */
async function writeTable(): Promise<void> {
  const page = await readFile(TABLE, "utf8");
  const end = page.indexOf(BEGIN) + BEGIN.length;
  const old = page.slice(end).split("\n");
  const rows = all.map((row) => {
    const key = [`\`${row.fault}\``, `\`${row.scenario}\``];
    const outcome = outcomes.get(row);
    const kept = old.find((line) => line.startsWith(`| ${key.join(" | ")} |`));
    if (!outcome) return kept?.slice(2, -2).split(" | ") ?? [...key, "", "", "", "not run"];
    const { headline, missing, chain, wrong } = outcome;
    const verdict = wrong.length === 0 ? "yes" : `no: ${wrong.join("; ")}`;
    const link = missing === undefined ? "" : `${chain}: ${missing}`;
    const cells = [row.before ?? "", headline, link, [verdict, row.note].filter(Boolean).join(". ")];
    return [...key, ...cells.map(cell)];
  });
  const known = rows.filter((cells) => cells.at(-1)?.startsWith("yes")).length;
  const columns = ["fault", "scenario", "first line before", "first line now", "first missing link", "right"];
  const table = markdownTable(columns, rows);
  await writeFile(TABLE, `${page.slice(0, end)}${known} of ${all.length} are right.\n\n${table}\n`);
}

/** Ids of one run only would make every table another one. */
function cell(text: string): string {
  const lasting = text
    .replaceAll(/[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}/g, "…")
    .replaceAll(/-[0-9a-f]{8}\b/g, "-…")
    .replaceAll(ROOT, ".")
    .replaceAll(/\/\S*\/gateway-qa-[^/]+\//g, "…/");
  return lasting.replaceAll("|", "\\|").replaceAll("<", "\\<").replaceAll("\n", " ");
}
