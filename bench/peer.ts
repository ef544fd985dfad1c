import { existsSync } from "node:fs";
import { cp, mkdir, mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { loadavg, tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { parseArgs } from "node:util";
import { execa } from "execa";
import { installHelpFor } from "../runner/gateway/openclaw/known-problems.ts";
import { printTable, reportIn, summarize, timeCommand } from "./measure.ts";

// `node bench/peer.ts FOLDER [--runs 5] [--all 1]`: OpenClaw's own suite beside this tool, on the scenarios that its packages of
// April 2026 hold, in turns. FOLDER gets the peer on first use. docs/performance.md says how to read what it prints.

/** The last package that holds the suite's code whole; its scenarios are in a later one. */
const PEER = "2026.4.10";
const PACK = "2026.4.14";
const RELEASE = "2026.4.26";
const ROOT = resolve(import.meta.dirname, "..");
const ONE = ["dm-chat-baseline"];
const EIGHT = [
  "channel-chat-baseline",
  "dm-chat-baseline",
  "skill-install-hot-availability",
  "config-patch-hot-apply",
  "thread-follow-up",
  "reaction-edit-delete",
  "model-switch-follow-up",
  "skill-visibility-invocation",
];

/** What both do, and how each is told to. */
interface Task {
  what: string;
  aim: number;
  ids: readonly string[];
  peer: readonly string[];
  ours: readonly string[];
  runs: number;
}

interface Sample {
  ms: number;
  passed: number;
  load: number;
}

const { positionals, values } = parseArgs({
  allowPositionals: true,
  options: { runs: { type: "string", default: "5" }, all: { type: "string", default: "1" } },
});
const [place = ""] = positionals;
const folder = resolve(place);
if (place === "") throw new Error("node bench/peer.ts FOLDER [--runs 5] [--all 1]");
const pack = await installPeer();
const out = await mkdtemp(join(tmpdir(), "gateway-qa-peer-"));
try {
  const tasks: Task[] = [
    {
      what: "one scenario",
      aim: 0.2,
      ids: ONE,
      peer: ["--concurrency", "1"],
      ours: [],
      runs: Number(values.runs),
    },
    {
      what: "eight on shared gateways",
      aim: 0.35,
      ids: EIGHT,
      peer: ["--concurrency", "1"],
      ours: ["--jobs", "1", "--share-gateway"],
      runs: Number(values.runs),
    },
    {
      what: "all, a gateway each, two at once",
      aim: 0.6,
      ids: [],
      peer: ["--concurrency", "2"],
      ours: ["--jobs", "2"],
      runs: Number(values.all),
    },
  ];
  for (const task of tasks) await compare(task);
} finally {
  await rm(out, { recursive: true, force: true });
}

/** Both in turns, the other one first each time, so that neither always finds what the first has warmed. */
async function compare({ what, aim, ids, peer, ours, runs }: Task): Promise<void> {
  const samples: Record<"peer" | "ours", Sample[]> = { peer: [], ours: [] };
  for (let run = 0; run < runs; run += 1) {
    const both = [
      async () => samples.peer.push(await runPeer(ids, peer)),
      async () => samples.ours.push(await runOurs(ids, ours)),
    ];
    for (const one of run % 2 === 0 ? both : both.toReversed()) await one();
  }
  const medianOf = (all: readonly Sample[]) => summarize(all.map(({ ms }) => ms)).median;
  const ratios = samples.ours.map(({ ms }, run) => ms / (samples.peer[run]?.ms ?? Number.NaN));
  printTable(
    [what, "", "s of each run", "median s", "passed", "load before"],
    Object.entries(samples).map(([who, all]) => [
      who === "peer" ? `openclaw@${PEER}, its own suite` : `this tool, openclaw@${RELEASE}`,
      "",
      all.map(({ ms }) => (ms / 1000).toFixed(1)).join(" "),
      (medianOf(all) / 1000).toFixed(1),
      all.map(({ passed }) => passed).join(" "),
      all.map(({ load }) => load.toFixed(1)).join(" "),
    ]),
  );
  const { min, median, max } = summarize(ratios);
  process.stdout.write(
    `ratio by pair: ${[min, median, max].map((ratio) => ratio.toFixed(2)).join(", ")} (least, median, most); aim ${aim}\n\n`,
  );
}

async function runPeer(ids: readonly string[], args: readonly string[]): Promise<Sample> {
  const results = join(pack, ".artifacts", "qa-e2e");
  await rm(results, { recursive: true, force: true });
  const load = loadavg()[0] ?? 0;
  const ms = await timeCommand(
    process.execPath,
    [
      ...[join(pack, "openclaw.mjs"), "qa", "suite", "--provider-mode", "mock-openai", "--repo-root", pack],
      ...[...args, ...ids.flatMap((id) => ["--scenario", id])],
    ],
    pack,
  );
  const [run = ""] = await readdir(results);
  const { counts } = JSON.parse(await readFile(join(results, run, "qa-suite-summary.json"), "utf8"));
  return { ms, load, passed: counts.passed };
}

async function runOurs(ids: readonly string[], args: readonly string[]): Promise<Sample> {
  const load = loadavg()[0] ?? 0;
  const report = join(out, "report");
  const ms = await timeCommand(
    process.execPath,
    [
      ...[join(ROOT, "runner/cli/main.js"), "run", ...ids, "--pack", pack, "--trust", "--out", report],
      ...[
        "--model-script",
        join(ROOT, "qa/model-scripts/upstream.yaml"),
        "--gateway",
        `openclaw@${RELEASE}`,
        ...args,
      ],
    ],
    ROOT,
    {},
    // A scenario of the pack may fail or be blocked: how many passed is printed.
    [0, 1, 4],
  );
  const { scenarios } = await reportIn(report);
  await rm(report, { recursive: true });
  return { ms, load, passed: scenarios.filter(({ verdict }) => verdict === "passed").length };
}

/** @returns the peer's package, with the scenarios in it */
async function installPeer(): Promise<string> {
  const installed = join(folder, "node_modules", "openclaw");
  if (existsSync(join(installed, "qa", "scenarios"))) return installed;
  await mkdir(folder, { recursive: true });
  const { overrides } = installHelpFor(PEER) ?? {};
  const dependencies = { openclaw: PEER };
  await writeFile(join(folder, "package.json"), JSON.stringify({ private: true, dependencies, overrides }));
  const npm = (...args: string[]) => execa("npm", args, { cwd: folder });
  await npm("install", "--ignore-scripts", "--legacy-peer-deps", "--no-audit", "--no-fund");
  const { stdout: archive } = await npm("pack", "--silent", `openclaw@${PACK}`);
  await execa("tar", ["xzf", archive.trim(), "package/qa", "package/docs"], { cwd: folder });
  await cp(join(folder, "package"), installed, { recursive: true });
  return installed;
}
