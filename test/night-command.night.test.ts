import { once } from "node:events";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";
import type { Matrix } from "../runner/results/merge/matrix-schema.ts";
import { sampleReport } from "../runner/results/testing/sample-report.ts";
import { Sandbox, scenarioText } from "./testing/qa.ts";

const LANES = ["--lanes", "qa/lanes.yaml", "--jobs", "1"];

function scenario(id: string, assertion: string): string {
  return scenarioText(id, `  - name: looks\n    actions: [{ assert: '${assertion}' }]`);
}

async function repository(lanes: string): Promise<Sandbox> {
  const sandbox = await Sandbox.create();
  for (const id of ["a", "b", "c"]) await sandbox.write(`pack/demo/${id}.md`, scenario(id, "1 + 1 === 2"));
  await sandbox.write("broken/demo/fails.md", scenario("fails", "1 + 1 === 3"));
  await sandbox.write("qa/lanes.yaml", lanes);
  return sandbox;
}

function lane(name: string, pack: string, extra = ""): string {
  return `  ${name}:
    owner: "@harbor/qa"
    gateways: [embedded]
    select: { packs: [../${pack}] }
${extra}`;
}

test("a night runs every job, even after one that failed, and ends as its merge does", async () => {
  const sandbox = await repository(
    `night: [flaky, pack, elsewhere]
lanes:
${lane("flaky", "broken", "    mayFail: true\n")}${lane("pack", "pack", "    shards: 2\n")}${lane("elsewhere", "pack", `    os: [macos]\n`)}${lane("red", "broken")}`,
  );
  const { exitCode, stdout } = await sandbox.qa("night", ...LANES, "--out", "night");
  expect(exitCode, stdout).toBe(0);
  const order = [
    "--- flaky / embedded / ",
    "flaky --gateway embedded",
    "1 failed",
    "--- pack / embedded / linux / 1 of 2",
    "--- pack / embedded / linux / 2 of 2",
    "--- elsewhere / embedded / macos: skipped, it is for macos.",
    "--- the night",
    "exit code 1, may fail",
    "merge: passed",
  ].map((words) => stdout.indexOf(words));
  expect(order).toEqual(order.toSorted((a, b) => a - b));
  expect(order).not.toContain(-1);

  const planned = JSON.parse(await readFile(join(sandbox.folder, "night/matrix.json"), "utf8")) as Matrix;
  expect(planned.jobs.map(({ lane, skip }) => [lane, skip?.reason])).toEqual([
    ["flaky", undefined],
    ["pack", undefined],
    ["pack", undefined],
    ["elsewhere", "it is for macos"],
  ]);
  const merged = await readFile(join(sandbox.folder, "night/merged/merged.json"), "utf8");
  for (const id of ["a", "b", "c", "fails"]) expect(merged).toContain(`"id": "${id}"`);

  const red = await sandbox.qa("night", "red", ...LANES, "--out", "red-night");
  expect(red.exitCode).toBe(1);
  const again = await sandbox.qa("night", "red", ...LANES, "--out", "red-night");
  expect(again).toMatchObject({ exitCode: 2, stderr: expect.stringContaining("already holds a night") });
});

test("a night in which nothing runs is not a success", async () => {
  const sandbox = await repository(
    `lanes:\n${lane("keyed", "pack", "    secrets: [QA_TEST_NO_SUCH_KEY]\n")}`,
  );
  const { exitCode, stdout, stderr } = await sandbox.qa("night", ...LANES, "--out", "night");
  expect(stdout).toMatch(/keyed \/ embedded \/ linux: skipped, no secret QA_TEST_NO_SUCH_KEY/);
  expect(stderr).toMatch(/\[empty-night\]/);
  expect(exitCode).toBe(4);
});

test("a night whose only job, one that may fail, leaves no report is not a success", async () => {
  const sandbox = await repository(`lanes:\n${lane("flaky", "pack", "    mayFail: true\n")}`);
  // The job ends before it makes the folder of its report.
  const ended = '{ id: a, owner: "@harbor/qa", reason: It fails in winter., expires: 2020-02-29 }';
  await sandbox.write("qa/quarantine.yaml", `quarantine: [${ended}]\n`);
  const { exitCode, stdout, stderr } = await sandbox.qa("night", ...LANES, "--out", "night");
  expect(stdout).toMatch(/exit code 3, may fail/);
  expect(stdout, stderr).toMatch(/the job flaky \/ embedded \/ linux left no report/);
  expect(exitCode).toBe(4);
});

test("every job of a night is cut by the durations known when the night began", async () => {
  const sandbox = await repository(`lanes:\n${lane("pack", "pack", "    shards: 2\n")}`);
  // b took longest; the shards' own reports, which appear below the same folder, say that all take the same time.
  const scenarios = ["a", "b", "c"].map((id) => ({
    id,
    attempts: [{ verdict: "passed" as const, durationMs: id === "b" ? 3_600_000 : 1 }],
  }));
  await sandbox.write("reports/earlier/report.json", JSON.stringify(sampleReport({ scenarios })));
  const { exitCode, stdout } = await sandbox.qa(
    "night",
    ...LANES,
    "--durations",
    "reports",
    "--out",
    "reports/night",
  );
  expect(exitCode, stdout).toBe(0);
  const planned = await readFile(join(sandbox.folder, "reports/night/matrix.json"), "utf8");
  expect((JSON.parse(planned) as Matrix).jobs.map((job) => job.scenarios)).toEqual([["b"], ["a", "c"]]);
  expect(stdout).toContain("--durations reports/night/durations.json");
});

test("an interrupted night ends its job, and leaves nothing", async () => {
  const sandbox = await repository(`lanes:\n${lane("slow", "slow")}${lane("later", "pack")}`);
  await sandbox.write(
    "slow/demo/waits.md",
    scenarioText("waits", "  - name: waits\n    actions: [{ call: sleep, args: [60000] }]"),
  );
  const night = sandbox.start("night", ...LANES, "--out", "night");
  let output = "";
  for (const stream of [night.stdout, night.stderr])
    stream.on("data", (chunk) => {
      output += chunk;
    });
  await expect.poll(() => output, { timeout: 30_000 }).toContain("--- slow");
  await expect
    .poll(
      () =>
        readFile(join(sandbox.folder, "night/shares/slow-embedded-linux/report.json"), "utf8").catch(
          () => "",
        ),
      {
        timeout: 30_000,
      },
    )
    .toContain("waits");
  night.kill("SIGTERM");
  const [exitCode] = await once(night, "exit");
  expect(exitCode, output).toBe(130);
  expect(output).not.toContain("--- later");
  await expect.poll(() => sandbox.processes(), { timeout: 30_000 }).toEqual([]);
  expect(await sandbox.leftovers()).toEqual([]);
});
