import { mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, relative } from "node:path";
import { Ajv } from "ajv";
import { afterEach, beforeEach, expect, it } from "vitest";
import { type SampleRun, sampleReport } from "../testing/sample-report.ts";
import { mergedLines } from "./console.ts";
import type { ExpectedJob } from "./matrix-schema.ts";
import { mergeShards } from "./merge.ts";
import { mergedSchema } from "./merged-schema.ts";
import { PROBLEMS } from "./problem.ts";

let folder: string;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "qa-merged-"));
});

afterEach(() => rm(folder, { recursive: true }));

const passed = { verdict: "passed", durationMs: 1200 } as const;
const failed = { verdict: "failed", durationMs: 900 } as const;

const SELECTION = ["answers | once", "blocked-one", "fails-there", "is-flaky", "known-to-fail"];

const RUNS: Record<string, SampleRun> = {
  smoke: {
    lane: "smoke",
    job: "smoke",
    scenarios: [
      { id: "answers | once", attempts: [passed] },
      { id: "blocked-one", attempts: [{ verdict: "blocked" }] },
      { id: "fails-there", attempts: [passed] },
      { id: "is-flaky", attempts: [failed, passed] },
      { id: "known-to-fail", attempts: [failed] },
    ],
    quarantine: [{ id: "known-to-fail", owner: "o", reason: "r", expires: "2030-01-01" }],
    policy: { retries: 1, repeat: 1, failOnFlaky: false },
  },
  first: {
    lane: "releases",
    job: "releases 1",
    runId: "first",
    gateway: "openclaw@2026.4.26",
    shard: { index: 1, total: 2 },
    selection: SELECTION,
    scenarios: [
      { id: "answers | once", attempts: [passed] },
      { id: "fails-there", attempts: [failed] },
    ],
  },
};

const JOBS: ExpectedJob[] = [
  { name: "smoke", lane: "smoke", gateway: "embedded", os: "linux", shard: { index: 1, total: 1 } },
  ...[1, 2].map((index) => ({
    name: `releases ${index}`,
    lane: "releases",
    gateway: "openclaw@2026.4.26",
    os: "linux",
    shard: { index, total: 2 },
  })),
  {
    name: "live",
    lane: "live",
    gateway: "embedded",
    os: "linux",
    shard: { index: 1, total: 1 },
    skip: { reason: "the secret OPENAI_API_KEY is not set" },
  },
];

it("a merge of a whole lane and a lane of which a job is missing, as Markdown, on a console and as JSON", async () => {
  for (const [name, run] of Object.entries(RUNS)) {
    await mkdir(join(folder, "shares", name), { recursive: true });
    await writeFile(join(folder, "shares", name, "report.json"), JSON.stringify(sampleReport(run)));
  }
  const merged = await mergeShards({
    folders: [join(folder, "shares")],
    out: join(folder, "out"),
    jobs: JOBS,
    commandOf: () => "pnpm qa run",
    show: (path) => relative(folder, path),
    command: "pnpm qa merge shares --out out",
  });
  const console = mergedLines(merged, "out", (_format, text) => text).join("\n");
  await expect(`${console}\n`).toMatchFileSnapshot("../golden/merged.txt");
  const read = (name: string) => readFile(join(folder, "out", name), "utf8");
  await expect(await read("merged.md")).toMatchFileSnapshot("../golden/merged.md");
  await expect(await read("merged.json")).toMatchFileSnapshot("../golden/merged.json");
  const validate = new Ajv({ allErrors: true, strict: true }).compile(mergedSchema);
  validate(JSON.parse(await read("merged.json")));
  expect(validate.errors).toBeNull();
});

it("has its problems explained in the documentation", async () => {
  const documented = await readFile(new URL("../../../docs/results.md", import.meta.url), "utf8");
  for (const code of Object.keys(PROBLEMS)) expect(documented).toContain(`\n| \`${code}\` |`);
});
