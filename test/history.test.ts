import { expect, test } from "vitest";
import { type SampleRun, sampleReport } from "../runner/results/testing/sample-report.ts";
import { Sandbox } from "./testing/qa.ts";

const passes = (id: string, durationMs = 100) =>
  ({ id, attempts: [{ verdict: "passed", durationMs }] }) as const;
const fails = (id: string) => ({ id, attempts: [{ verdict: "failed", durationMs: 900 }] }) as const;
const flaky = (id: string) =>
  ({
    id,
    attempts: [
      { verdict: "failed", durationMs: 100 },
      { verdict: "passed", durationMs: 100 },
    ],
  }) as const;

/** Six nights on embedded, in which one scenario begins to fail, one is flaky and one grows slow. */
function nights(): [folder: string, run: SampleRun][] {
  return [1, 2, 3, 4, 5, 6].map((night) => [
    `night-${7 - night}`,
    {
      at: Date.UTC(2026, 0, night, 3),
      runId: `2026010${night}-030000-aaaa`,
      version: night < 4 ? "1.9.0" : "1.10.0",
      scenarios: [
        night < 4 ? passes("begins-to-fail") : fails("begins-to-fail"),
        night === 2 ? flaky("is-flaky") : passes("is-flaky"),
        passes("grows-slow", night * 100),
        { id: "is-guarded", attempts: [{ verdict: night < 3 ? "skipped" : "blocked" }] },
      ],
    },
  ]);
}

async function written(runs: [folder: string, run: SampleRun][]): Promise<Sandbox> {
  const sandbox = await Sandbox.create();
  for (const [folder, run] of runs) {
    await sandbox.write(`reports/${folder}/report.json`, JSON.stringify(sampleReport(run)));
  }
  return sandbox;
}

test("qa history shows what fails now and since when, rates, times and their trend", async () => {
  const sandbox = await written(nights());
  const { exitCode, stdout } = await sandbox.qa("history", "reports");
  expect(exitCode).toBe(0);
  await expect(`${stdout}\n`).toMatchFileSnapshot("../runner/results/golden/history.txt");
});

test("qa history --json has the numbers, for chosen scenarios", async () => {
  const sandbox = await written(nights());
  const { stdout } = await sandbox.qa("history", "reports", "grows-slow", "begins-to-fail", "--json");
  await expect(`${stdout}\n`).toMatchFileSnapshot("../runner/results/golden/history.json");
});

test("qa history --since-version names the release, and across targets of one product", async () => {
  const releases: [string, SampleRun][] = ["2026.4.26", "2026.9.6", "2026.10.1"].map((version, index) => [
    version,
    {
      runId: version,
      gateway: `openclaw@${version}`,
      ...(index === 2 ? {} : { version }),
      scenarios: [index > 0 ? fails("begins-to-fail") : passes("begins-to-fail")],
    },
  ]);
  const sandbox = await written([...nights(), ...releases]);
  const { exitCode, stdout } = await sandbox.qa("history", "reports", "--since-version");
  expect(exitCode).toBe(0);
  await expect(`${stdout}\n`).toMatchFileSnapshot("../runner/results/golden/since-version.txt");
});

test("a run counts once, be it copied or merged", async () => {
  const selection = ["a", "b"];
  const half = (index: number): [string, SampleRun] => [
    `shares/${index}`,
    {
      runId: `r${index}`,
      shard: { index, total: 2 },
      selection,
      scenarios: [passes(selection[index - 1] ?? "")],
    },
  ];
  const sandbox = await written([half(1), half(2)]);
  await sandbox.write("reports/copy/report.json", JSON.stringify(sampleReport(half(1)[1])));
  const merged = await sandbox.qa("merge", "reports/shares", "--out", "reports/merged");
  expect(merged.exitCode).toBe(0);
  const { stdout } = await sandbox.qa("history", "reports", "--json");
  expect(JSON.parse(stdout)).toMatchObject({
    reports: 1,
    scenarios: [
      { id: "a", runs: 1 },
      { id: "b", runs: 1 },
    ],
  });
});

test("reports that cannot be read or whose gateway was broken on purpose are left out, with a warning", async () => {
  const sandbox = await written([
    ["good", { scenarios: [passes("a")] }],
    ["on-purpose", { runId: "other", faults: ["channel-drop-outbound"], scenarios: [fails("a")] }],
  ]);
  await sandbox.write("reports/broken/report.json", "{");
  await sandbox.write("reports/old/report.json", JSON.stringify({ version: 1 }));
  const { exitCode, stdout, stderr } = await sandbox.qa("history", "reports");
  expect(exitCode).toBe(0);
  expect(stdout).toMatch(/^1 report\n/);
  expect(stderr.split("\n").sort()).toEqual([
    expect.stringMatching(/^warning: reports\/broken is left out: report\.json: /),
    "warning: reports/old is left out: report.json: it is a report of version 1, and this program reads version 3",
    "warning: reports/on-purpose is left out: its gateway was broken on purpose by channel-drop-outbound",
  ]);
});

test.for([
  [["history", "nowhere"], /there is no folder nowhere/],
  [["history", "tmp"], /there is no report below tmp/],
  [["history", "reports", "is-flakey"], /no report has the scenario is-flakey[\s\S]*Did you mean `is-flaky`/],
] as const)("qa %s is a usage error", async ([args, message]) => {
  const sandbox = await written(nights());
  const { exitCode, stderr } = await sandbox.qa(...args);
  expect(stderr).toMatch(message);
  expect(exitCode).toBe(2);
});
