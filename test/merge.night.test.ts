import { cp, mkdir, readFile, rm, stat, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { Ajv } from "ajv";
import { afterAll, beforeAll, describe, expect, test, vi } from "vitest";
import type { RunReport } from "../runner/report/schema/report-schema.ts";
import { MATRIX_VERSION } from "../runner/results/merge/matrix-schema.ts";
import { type MergedReport, mergedSchema } from "../runner/results/merge/merged-schema.ts";
import { Sandbox, scenarioText } from "./testing/qa.ts";
import { cutOff, setClockBack, setFacts } from "./testing/shards.ts";

const PASSES = "  - name: chats\n    actions: [{ assert: '1 + 1 === 2' }]";
const FAILS = "  - name: adds\n    actions: [{ assert: '1 + 1 === 3' }]";
const HANGS =
  "  - name: waits forever\n    actions:\n      - call: waitForOutboundMessage\n        args: [{ ref: state }, { lambda: { params: [message], expr: 'false' } }, 50000]";
const SELECTION = ["a-passes", "b-fails", "c-guarded", "d-passes", "e-elsewhere"];
const LANE = "smoke";

/** What is reported about the second shard when it ended in the middle of its first scenario. */
const CUT_SHORT = {
  code: "interrupted-shard",
  message:
    "shares/second: the run did not finish; no verdict for b-fails, which it was in the middle of; not begun: d-passes",
};

let made: Sandbox;
const cleanups: (() => unknown)[] = [];
afterAll(async () => {
  for (const cleanup of cleanups) await cleanup();
});

/** One run of everything and one of each half, which tests copy before they break them. */
beforeAll(async () => {
  // A hook that is registered here would not be called.
  made = await Sandbox.create((cleanup) => void cleanups.push(cleanup as () => unknown));
  await writePack(made, FAILS);
  for (const [out, ...shard] of [
    ["whole"],
    ["first", "--shard", "1/2"],
    ["second", "--shard", "2/2"],
  ] as const) {
    await made.qa("run", "--tag", "test", ...shard, "--out", out, "--pack", "pack", "--jobs", "1");
    const job = out === "whole" ? out : `${LANE} ${out === "first" ? 1 : 2}/2`;
    await setFacts(join(made.folder, out), (start) => ({ ...start, lane: LANE, job }));
  }
});

/** Five scenarios; `b` is as the test needs it. */
async function writePack(sandbox: Sandbox, stepsOfB: string): Promise<void> {
  const guard = "risk: destructive\nexecution: { config: { allowEnv: QA_TEST_ALLOW } }\n";
  const elsewhere = "execution: { kind: vitest, path: e.ts }\n";
  await sandbox.write("pack/test/a.md", scenarioText("a-passes", PASSES));
  await sandbox.write("pack/test/b.md", scenarioText("b-fails", stepsOfB));
  await sandbox.write("pack/test/c.md", scenarioText("c-guarded", PASSES, guard));
  await sandbox.write("pack/test/d.md", scenarioText("d-passes", PASSES));
  await sandbox.write("pack/test/e.md", scenarioText("e-elsewhere", PASSES, elsewhere));
}

function shard(index: number) {
  return { lane: LANE, job: `${LANE} ${index}/2`, shard: { index, total: 2 }, selection: SELECTION };
}

/** A sandbox with copies of the two halves in `shares/`. */
async function twoShards(): Promise<Sandbox> {
  const sandbox = await Sandbox.create();
  for (const name of ["first", "second"]) {
    await cp(join(made.folder, name), join(sandbox.folder, "shares", name), { recursive: true });
  }
  return sandbox;
}

async function merge(sandbox: Sandbox, ...args: string[]) {
  const { exitCode, stdout, stderr } = await sandbox.qa("merge", "shares", "--out", "out", ...args);
  const merged = JSON.parse(await readFile(join(sandbox.folder, "out/merged.json"), "utf8")) as MergedReport;
  const report = await sandbox.reportIn("out");
  return { exitCode, stdout, stderr, merged, report };
}

function verdicts(report: RunReport | undefined) {
  return report?.scenarios.map(({ id, verdict, fault, flaky, named, steps }) => ({
    id,
    verdict,
    fault,
    flaky,
    named,
    steps: steps.map(({ name, status }) => ({ name, status })),
  }));
}

/** Exit code 4, no report, and not one pass anywhere. */
function expectNothingPassed({ exitCode, merged, report, stdout }: Awaited<ReturnType<typeof merge>>) {
  expect(exitCode).toBe(4);
  expect(merged).toMatchObject({ complete: false, exitCode: 4 });
  expect(report).toBeUndefined();
  expect(merged.groups.filter(({ counts, report: folder }) => counts || folder)).toEqual([]);
  const cells = merged.scenarios.flatMap(({ results }) => results);
  expect(cells.filter(({ verdict }) => verdict === "passed")).toEqual([]);
  expect(stdout).not.toMatch(/\d passed/);
  for (const { message, code } of merged.problems) expect(stdout).toContain(`${message}  [${code}]`);
}

function problemsOf(merged: MergedReport) {
  return merged.problems.map(({ code, message }) => ({ code, message }));
}

describe("two shards", () => {
  test("give the report of one run, verdict for verdict and with its evidence", async () => {
    const sandbox = await twoShards();
    const { exitCode, merged, report, stdout } = await merge(sandbox);
    const whole = await made.reportIn("whole");
    expect(exitCode).toBe(whole?.exitCode);
    expect(verdicts(report)).toEqual(verdicts(whole));
    expect(report?.counts).toEqual(whole?.counts);
    expect(report).toMatchObject({ exitCode: 1, interrupted: false, lane: LANE });
    // Each run was reported to a folder of its own.
    expect(report?.command).toBe(whole?.command.replace(" --out whole", ""));
    expect(merged).toMatchObject({ complete: true, exitCode: 1, problems: [], notes: [] });
    expect(new Ajv({ strict: true }).validate(mergedSchema, merged)).toBe(true);
    expect(stdout).toMatch(
      /b-fails on smoke on embedded.*: failed[\s\S]*1 failed, 1 blocked, 1 skipped, 2 passed/,
    );

    const files = report?.scenarios.flatMap(({ evidence }) => evidence.map(({ path }) => path)) ?? [];
    expect(files.length).toBeGreaterThan(0);
    for (const path of files) expect((await stat(join(sandbox.folder, "out", path))).isFile()).toBe(true);
    const markdown = await readFile(join(sandbox.folder, "out/report.md"), "utf8");
    for (const path of files) expect(markdown).toContain(`<${path}>`);
  });

  test("without their report.json are rebuilt from their events", async () => {
    const sandbox = await twoShards();
    await rm(join(sandbox.folder, "shares/first/report.json"));
    await rm(join(sandbox.folder, "shares/second/report.json"));
    const { exitCode, report, merged } = await merge(sandbox);
    expect(problemsOf(merged)).toEqual([]);
    expect(exitCode).toBe(1);
    expect(verdicts(report)).toEqual(verdicts(await made.reportIn("whole")));
  });

  test("whose clock was set back give the same verdicts, with a note", async () => {
    const sandbox = await twoShards();
    await setClockBack(join(sandbox.folder, "shares/first"), 3_600_000, 4);
    await setClockBack(join(sandbox.folder, "shares/second"), 86_400_000, 0);
    const { exitCode, report, merged } = await merge(sandbox);
    expect(exitCode).toBe(1);
    expect(verdicts(report)).toEqual(verdicts(await made.reportIn("whole")));
    expect(report?.scenarios.filter(({ durationMs }) => durationMs < 0)).toEqual([]);
    expect(merged.notes).toEqual([
      expect.stringMatching(/^shares\/first: the clock was set back by \d+ min/),
    ]);
  });
});

describe("nothing passes and what is missing is reported", () => {
  test("when a shard was killed in the middle of a scenario", async () => {
    const sandbox = await twoShards();
    await writePack(sandbox, HANGS);
    await rm(join(sandbox.folder, "shares/second"), { recursive: true });
    const share = [
      "--tag",
      "test",
      "--shard",
      "2/2",
      "--pack",
      "pack",
      "--jobs",
      "1",
      "--out",
      "shares/second",
    ];
    const child = sandbox.start("run", ...share);
    const events = join(sandbox.folder, "shares/second/events.jsonl");
    await vi.waitFor(
      async () => expect(await readFile(events, "utf8")).toMatch(/"step-started".*waits forever/),
      { timeout: 30_000 },
    );
    process.kill(-(child.pid as number), "SIGKILL");
    await setFacts(join(sandbox.folder, "shares/second"), (start) => ({ ...start, lane: LANE }));
    const result = await merge(sandbox);
    expectNothingPassed(result);
    expect(problemsOf(result.merged)).toEqual([CUT_SHORT]);
  });

  test.for([
    ["a half last line", 3, true],
    ["a half last line and no report.json", 3, false],
  ] as const)("when events.jsonl has %s", async ([, bytes, keep]) => {
    const sandbox = await twoShards();
    await cutOff(join(sandbox.folder, "shares/second/events.jsonl"), bytes);
    if (!keep) await rm(join(sandbox.folder, "shares/second/report.json"));
    const result = await merge(sandbox);
    expectNothingPassed(result);
    expect(problemsOf(result.merged)).toEqual([
      {
        code: "truncated-events",
        message: "shares/second: events.jsonl is not whole: its last line is cut off",
      },
    ]);
  });

  test("when half of events.jsonl is gone, and names what has no verdict", async () => {
    const sandbox = await twoShards();
    const path = join(sandbox.folder, "shares/second/events.jsonl");
    const lines = (await readFile(path, "utf8")).split("\n");
    const cut = lines.findIndex((line) => line.includes("step-finished"));
    await writeFile(path, `${lines.slice(0, cut).join("\n")}\n`);
    await rm(join(sandbox.folder, "shares/second/report.json"));
    const result = await merge(sandbox);
    expectNothingPassed(result);
    expect(problemsOf(result.merged)).toEqual([CUT_SHORT]);
  });

  test.for([
    ["report.md", "report.md"],
    ["report.json", "report.json"],
  ])("when a reporter failed, here that of %s", async ([, obstacle]) => {
    const sandbox = await twoShards();
    await rm(join(sandbox.folder, "shares/second"), { recursive: true });
    // A folder where the reporter wants to put a file.
    await mkdir(join(sandbox.folder, "shares/second", obstacle as string), { recursive: true });
    await sandbox.write("pack/test/d.md", scenarioText("d-passes", PASSES));
    const run = await sandbox.qa("run", "d-passes", "--pack", "pack", "--out", "shares/second");
    expect(run.exitCode).toBe(4);
    await setFacts(join(sandbox.folder, "shares/second"), (start) => ({ ...start, ...shard(2) }));
    const result = await merge(sandbox);
    expectNothingPassed(result);
    expect(problemsOf(result.merged)).toContainEqual({
      code: "harness-failure",
      message: expect.stringMatching(
        /^shares\/second: it ended with exit code 4, and not because of its scenarios/,
      ),
    });
  });

  test("when a shard is there twice", async () => {
    const sandbox = await twoShards();
    await cp(join(sandbox.folder, "shares/second"), join(sandbox.folder, "shares/again"), {
      recursive: true,
    });
    const result = await merge(sandbox);
    expectNothingPassed(result);
    expect(problemsOf(result.merged)).toEqual([
      {
        code: "duplicate-shard",
        message: expect.stringMatching(
          /^smoke on embedded, \S+: shard 2 of 2 is there 2 times: shares\/again, shares\/second$/,
        ),
      },
    ]);
  });

  test("when a shard is missing", async () => {
    const sandbox = await twoShards();
    await rm(join(sandbox.folder, "shares/second"), { recursive: true });
    const result = await merge(sandbox);
    expectNothingPassed(result);
    expect(problemsOf(result.merged)).toEqual([
      { code: "missing-shard", message: expect.stringMatching(/shard 2 of 2 left no report$/) },
      {
        code: "missing-scenario",
        message: expect.stringMatching(/no shard has a result for b-fails, d-passes$/),
      },
    ]);
    expect(result.merged.scenarios.map(({ id, results: [cell] }) => [id, cell?.verdict])).toEqual([
      ["b-fails", "missing"],
      ["d-passes", "missing"],
      ["a-passes", "unconfirmed"],
      ["e-elsewhere", "blocked"],
      ["c-guarded", "skipped"],
    ]);
  });

  test.for([
    ["tool version", { tool: { name: "gateway-qa", version: "9.9.9", node: "24.0.0", platform: "" } }],
    ["model mode", { providerMode: "live-frontier" }],
    ["faults on purpose", { faults: ["channel-drop-outbound"] }],
    ["policy", { policy: { retries: 2, repeat: 1, failOnFlaky: false } }],
    ["number of shards", { shard: { index: 2, total: 3 } }],
    ["selection", { selection: [...SELECTION].reverse() }],
  ] as const)("when two shards do not have the same %s", async ([what, facts]) => {
    const sandbox = await twoShards();
    await setFacts(join(sandbox.folder, "shares/second"), (start) => ({
      ...start,
      ...(structuredClone(facts) as object),
      ...("tool" in facts ? { tool: { ...facts.tool, platform: start.tool.platform } } : {}),
    }));
    const result = await merge(sandbox);
    expectNothingPassed(result);
    expect(problemsOf(result.merged)).toContainEqual({
      code: "mixed-configuration",
      message: expect.stringMatching(
        new RegExp(`the ${what} is not the same: .*\\(shares/first\\) · .*\\(shares/second\\)$`),
      ),
    });
  });

  test("when a shard says something impossible about itself", async () => {
    const sandbox = await twoShards();
    await setFacts(join(sandbox.folder, "shares/second"), (start) => ({
      ...start,
      shard: { index: 3, total: 2 },
    }));
    for (const file of ["report.json", "events.jsonl"]) {
      const path = join(sandbox.folder, "shares/first", file);
      const text = await readFile(path, "utf8");
      await writeFile(path, text.replace(/"exitCode":0/, '"exitCode":1'));
    }
    const result = await merge(sandbox);
    expectNothingPassed(result);
    expect(problemsOf(result.merged).filter(({ code }) => code === "contradictory-shard")).toEqual([
      { code: "contradictory-shard", message: "shares/first: its exit code is 1, but its scenarios give 0" },
      { code: "contradictory-shard", message: "shares/second: it says that it is shard 3 of 2" },
    ]);
  });

  test("when a report.json was changed after the run, or its evidence lost", async () => {
    const sandbox = await twoShards();
    const path = join(sandbox.folder, "shares/second/report.json");
    const changed = JSON.parse(await readFile(path, "utf8")) as RunReport;
    for (const scenario of changed.scenarios) scenario.verdict = "passed";
    await writeFile(path, JSON.stringify(changed));
    await rm(join(sandbox.folder, "shares/first/a-passes/gateway.log"));
    const result = await merge(sandbox);
    expectNothingPassed(result);
    expect(problemsOf(result.merged)).toEqual([
      { code: "missing-evidence", message: "shares/first: a-passes/gateway.log is missing" },
      {
        code: "contradictory-shard",
        message: "shares/second: b-fails is passed in report.json and failed in events.jsonl",
      },
      {
        code: "contradictory-shard",
        message: "shares/second: its exit code is 1, but its scenarios give 0",
      },
    ]);
  });

  test("when a folder holds no report, or one that cannot be read", async () => {
    const sandbox = await twoShards();
    await mkdir(join(sandbox.folder, "empty"));
    await sandbox.write("shares/broken/report.json", "{");
    const { exitCode, stdout } = await sandbox.qa("merge", "shares", "empty", "--out", "out");
    expect(exitCode).toBe(4);
    expect(stdout).toMatch(/empty holds no report of a run {2}\[no-report\]/);
    expect(stdout).toMatch(/shares\/broken: report.json: .* {2}\[unreadable-shard\]/);
    expect(stdout).toMatch(/^2 problems, 1 failed/m);
  });
});

describe("with the matrix", () => {
  const job = (index: number, more: object = {}) => ({
    name: `${LANE} ${index}/2`,
    lane: LANE,
    gateway: "embedded",
    os: "ubuntu",
    shard: { index, total: 2 },
    command: "qa run",
    mayFail: false,
    ...more,
  });
  const write = (sandbox: Sandbox, jobs: object[]) =>
    sandbox.write("matrix.json", JSON.stringify({ version: MATRIX_VERSION, jobs }));

  test("jobs that may fail and jobs that were skipped do not turn the result red, and are shown", async () => {
    const sandbox = await twoShards();
    const skip = { reason: "needs the secret OPENAI_API_KEY" };
    const live = job(1, { name: "live", lane: "live", shard: { index: 1, total: 1 }, skip });
    await write(sandbox, [job(1, { mayFail: true }), job(2, { mayFail: true }), live]);
    const { exitCode, merged, stdout, report } = await merge(sandbox, "--expect", "matrix.json");
    expect(problemsOf(merged)).toEqual([]);
    expect(exitCode).toBe(0);
    expect(report?.exitCode).toBe(1);
    expect(merged.skippedJobs).toEqual([{ name: "live", reason: skip.reason }]);
    expect(merged.groups).toMatchObject([{ os: "ubuntu", mayFail: true, exitCode: 1, complete: true }]);
    expect(stdout).toMatch(/live was not meant to run: needs the secret OPENAI_API_KEY/);
    expect(stdout).toMatch(/1 failed.*\(may fail\)/);
  });

  test("a job without a report, one that it does not know and one that was to be skipped are problems", async () => {
    const sandbox = await twoShards();
    const other = job(1, {
      name: "parity",
      lane: "parity",
      shard: { index: 1, total: 1 },
      mayFail: true,
      selection: ["f"],
    });
    await write(sandbox, [job(1), other]);
    const first = await merge(sandbox, "--expect", "matrix.json");
    expectNothingPassed(first);
    expect(problemsOf(first.merged)).toEqual([
      { code: "missing-shard", message: "smoke on embedded, ubuntu: shard 2 of 2 left no report" },
      {
        code: "missing-scenario",
        message: "smoke on embedded, ubuntu: no shard has a result for b-fails, d-passes",
      },
      {
        code: "missing-job",
        message: "parity on embedded, ubuntu: the run: the job parity left no report",
      },
      { code: "missing-scenario", message: "parity on embedded, ubuntu: no shard has a result for f" },
      { code: "unexpected-job", message: "shares/second: the matrix has no job smoke 2/2" },
      { code: "missing-shard", message: expect.stringContaining("shard 1 of 2 left no report") },
      { code: "missing-scenario", message: expect.stringContaining("a-passes, c-guarded, e-elsewhere") },
    ]);

    await write(sandbox, [job(1), job(2, { skip: { reason: "no key" } })]);
    await rm(join(sandbox.folder, "out"), { recursive: true });
    const second = await merge(sandbox, "--expect", "matrix.json");
    expectNothingPassed(second);
    expect(problemsOf(second.merged)).toContainEqual({
      code: "unexpected-job",
      message: "shares/second: the job smoke 2/2 was to be skipped (no key)",
    });
  });

  test("a report that is not what the matrix planned under its name is a problem", async () => {
    const sandbox = await twoShards();
    await write(sandbox, [job(1, { selection: ["a-passes"] }), job(2, { gateway: "openclaw@2026.4.26" })]);
    const result = await merge(sandbox, "--expect", "matrix.json");
    expectNothingPassed(result);
    expect(problemsOf(result.merged)).toContainEqual({
      code: "wrong-job",
      message: `shares/first: the job smoke 1/2 has the selection a-passes, its report ${SELECTION.join(", ")}`,
    });
    expect(problemsOf(result.merged)).toContainEqual({
      code: "wrong-job",
      message: "shares/second: the job smoke 2/2 has the gateway openclaw@2026.4.26, its report embedded",
    });
  });

  test.for([
    ["nothing", "cannot be read"],
    ["{}", "is not a matrix"],
    [
      JSON.stringify({ version: 1, jobs: [job(1)] }),
      "a matrix of version 1, and this program reads version 2",
    ],
    [JSON.stringify({ version: MATRIX_VERSION, jobs: [job(1), job(1)] }), "names two jobs smoke 1/2"],
  ] as const)("%s is a usage error", async ([text, message]) => {
    const sandbox = await twoShards();
    await sandbox.write("matrix.json", text);
    const { exitCode, stderr } = await sandbox.qa("merge", "shares", "--out", "o", "--expect", "matrix.json");
    expect(stderr).toContain(message);
    expect(stderr).toContain("qa matrix --format json");
    expect(exitCode).toBe(2);
  });
});

test("several groups get a folder each, and one table shows them side by side", async () => {
  const sandbox = await twoShards();
  await cp(join(made.folder, "whole"), join(sandbox.folder, "shares/whole"), { recursive: true });
  await setFacts(join(sandbox.folder, "shares/whole"), (start) => ({ ...start, lane: "other|lane" }));
  const { exitCode, merged, report } = await merge(sandbox);
  expect(problemsOf(merged)).toEqual([]);
  expect(exitCode).toBe(1);
  expect(report).toBeUndefined();
  expect(merged.groups.map(({ lane }) => lane)).toEqual(["other|lane", "smoke"]);
  for (const { report: folder = "" } of merged.groups) {
    expect(verdicts(await sandbox.reportIn(join("out", folder)))).toEqual(
      verdicts(await made.reportIn("whole")),
    );
  }
  const markdown = await readFile(join(sandbox.folder, "out/merged.md"), "utf8");
  expect(markdown).toMatch(/^\| `b-fails` \| \*\*failed\*\*, .* \| \*\*failed\*\*, .* \|$/m);
});

test("a merged report can be merged again", async () => {
  const sandbox = await twoShards();
  await merge(sandbox);
  const { exitCode } = await sandbox.qa("merge", "out", "--out", "again");
  expect(exitCode).toBe(1);
  const again = await sandbox.reportIn("again");
  expect(again).toEqual(await sandbox.reportIn("out"));
});

test.for([
  [["merge", "nowhere", "--out", "o"], /there is no folder nowhere/],
  [["merge", "shares", "--out", "shares"], /shares is not empty/],
  [["merge", "shares"], /required option '--out <folder>'/],
] as const)("qa %s is a usage error", async ([args, message]) => {
  const sandbox = await twoShards();
  const { exitCode, stderr } = await sandbox.qa(...args);
  expect(stderr).toMatch(message);
  expect(exitCode).toBe(2);
});
