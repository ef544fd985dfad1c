import { afterEach, describe, expect, test, vi } from "vitest";
import {
  FAILING,
  FIVE,
  GUARD,
  GUARDED,
  LANES,
  lanesText,
  matrixOf,
  passing,
  repository,
  runJob,
} from "./testing/lanes.ts";
import { type QaResult, Sandbox } from "./testing/qa.ts";

afterEach(() => vi.unstubAllEnvs());

describe("qa run --lane", () => {
  test("the shards of the matrix run what the whole lane runs, each scenario once", async () => {
    const sandbox = await repository(
      lanesText(`
gateways: [embedded]
select: { packs: [../pack] }
guards: { ${GUARD}: 1 }
shards: 2`),
      { a: passing("a", 3), b: passing("b"), fails: FAILING, guarded: GUARDED },
    );
    const whole = await sandbox.qa("run", "--lane", "demo", ...LANES);
    const verdicts = (report: QaResult["report"]) =>
      report?.scenarios.map(({ id, verdict }) => [id, verdict]);
    expect(verdicts(whole.report)).toEqual([
      ["a", "passed"],
      ["b", "passed"],
      ["fails", "failed"],
      ["guarded", "passed"],
    ]);
    expect(whole.report).toMatchObject({ lane: "demo", job: "demo / embedded / linux" });
    expect(whole.report?.shard).toBeUndefined();

    // Measured durations cut as well as steps do, alike in the matrix and in the job.
    const { jobs } = await matrixOf(sandbox, "--durations", sandbox.reportFolder);
    const results = [];
    for (const job of jobs) {
      const result = await runJob(sandbox, job);
      expect(result.report).toMatchObject({
        lane: "demo",
        job: job.name,
        shard: job.shard,
        selection: ["a", "b", "fails", "guarded"],
      });
      expect(result.report?.scenarios.map(({ id }) => id)).toEqual(job.scenarios);
      results.push(...(verdicts(result.report) ?? []));
    }
    expect(results.toSorted()).toEqual(verdicts(whole.report));
  });

  test("a shard must not report to the folder that the next one reads its durations from", async () => {
    const sandbox = await repository(lanesText("gateways: [embedded]\nselect: { packs: [../pack] }"), {
      a: passing("a"),
      b: passing("b"),
    });
    const shard = ["run", "--all", "--pack", "pack", "--shard", "1/2", "--durations", "past"];
    const { exitCode, stderr } = await sandbox.qa(...shard, "--out", "past/one");
    expect(stderr).toMatch(/the report of a shard cannot go below .*past, whose reports decide/);
    expect(exitCode).toBe(2);
  });

  test("the guard applies to the lane alone, and the shown command runs the scenario again", async () => {
    const sandbox = await repository(
      lanesText(`
gateways: [embedded]
select: { packs: [../pack] }
guards: { ${GUARD}: 1 }`),
      { a: passing("a"), guarded: GUARDED },
    );
    const other = await sandbox.qa("run", "guarded", "a", "--pack", "pack");
    expect(other.report?.scenarios.map(({ verdict }) => verdict)).toEqual(["passed", "skipped"]);
    const { report } = await sandbox.qa("run", "guarded", "--lane", "demo", ...LANES);
    expect(report?.scenarios).toMatchObject([
      {
        id: "guarded",
        verdict: "passed",
        rerun: "pnpm qa run guarded --lane demo --lanes qa/lanes.yaml --gateway embedded",
      },
    ]);
    // Narrowed by hand, it is not a job of the matrix.
    expect(report).toMatchObject({ lane: "demo", selection: ["guarded"] });
    expect(report?.job).toBeUndefined();
  });

  test.for([
    [["--lane", "dmeo"], /has no lane dmeo[\s\S]*Did you mean `demo`/],
    [
      ["--lane", "demo", "--gateway", "embedded"],
      /does not have the gateway embedded[\s\S]*openclaw@2026\.4\.26; releases last 1/,
    ],
    [["--lane", "demo"], /several gateways[\s\S]*--gateway/],
    [["--lane", "demo", "--all"], /chooses its scenarios/],
    [["--lane", "one", "b"], /the lane one does not choose b/],
    [["--lane", "one", "--shard", "2/2"], /shard 2 of 2 is empty: 1 scenarios are chosen/],
    [["--lane", "one", "--shard", "3/2"], /It looks like 2\/5/],
  ] as const)("wrong command lines: %j", async ([args, message]) => {
    const lanes =
      lanesText("gateways: [openclaw@2026.4.26, { releases: { last: 1 } }]\nselect: { packs: [../pack] }") +
      lanesText("gateways: [embedded]\nselect: { packs: [../pack], ids: [a] }", "one").replace(
        "lanes:\n",
        "",
      );
    const sandbox = await repository(lanes, { a: passing("a"), b: passing("b") });
    const { exitCode, stderr, report } = await sandbox.qa("run", ...args, ...LANES);
    expect(stderr).toMatch(message);
    expect({ exitCode, report }).toEqual({ exitCode: 2, report: undefined });
  });

  test("--lanes without --lane is an error", async () => {
    const sandbox = await Sandbox.create();
    const { exitCode, stderr } = await sandbox.qa("run", "dm-chat-baseline", "--lanes", "qa/lanes.yaml");
    expect(stderr).toMatch(/--lanes only says where lanes are read/);
    expect(exitCode).toBe(2);
  });
});

test("--shard cuts any selection", async () => {
  const sandbox = await repository("", FIVE);
  const ids: string[] = [];
  for (const index of [1, 2, 3]) {
    const { exitCode, report } = await sandbox.qa(
      "run",
      "--tag",
      "demo",
      "--pack",
      "pack",
      "--shard",
      `${index}/3`,
    );
    expect(exitCode).toBe(0);
    expect(report).toMatchObject({ shard: { index, total: 3 }, selection: ["a", "b", "c", "d", "e"] });
    ids.push(...(report?.scenarios.map(({ id }) => id) ?? []));
  }
  expect(ids.toSorted()).toEqual(["a", "b", "c", "d", "e"]);
});
