import { access, readFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { testAtNight } from "./testing/breadth.ts";
import { Sandbox, scenarioText } from "./testing/qa.ts";

const TIMEOUT_MS = 60_000;

/** Fails until its file was written `failures` times; the file outlives the attempt. */
function failsAtFirst(id: string, counter: string, failures: number): string {
  return scenarioText(
    id,
    `  - name: counts its attempts
    actions:
      - set: before
        value: { expr: "await fs.readFile(config.counter, 'utf8').catch(() => '')" }
      - call: fs.writeFile
        args: [{ expr: config.counter }, { expr: "before + 'x'" }]
      - assert: "before.length >= config.failures"
`,
    `permissions: [fs]
execution:
  config: { counter: "${counter}", failures: ${failures} }
`,
  );
}

const PASSES = `  - name: passes
    actions:
      - assert: "true"
`;
const FAILS = `  - name: fails
    actions:
      - assert: "false"
`;

async function packWith(files: (sandbox: Sandbox) => Record<string, string>): Promise<Sandbox> {
  const sandbox = await Sandbox.create();
  for (const [name, text] of Object.entries(files(sandbox))) await sandbox.write(`pack/${name}.md`, text);
  return sandbox;
}

describe("retries", { timeout: TIMEOUT_MS }, () => {
  const flaky = () =>
    packWith((sandbox) => ({ flaky: failsAtFirst("flaky", join(sandbox.folder, "counter"), 2) }));

  test("a pass after failures is flaky, and every attempt is in the report", async () => {
    const sandbox = await flaky();
    const { exitCode, stdout, report } = await sandbox.qa("run", "flaky", "--pack", "pack", "--retries", "2");
    expect(exitCode, stdout).toBe(0);
    expect(stdout).toContain("passed on try 3 of 3");
    expect(report?.counts).toMatchObject({ passed: 1, failed: 0, flaky: 1 });
    expect(report?.scenarios[0]?.attempts.map(({ verdict }) => verdict)).toEqual([
      "failed",
      "failed",
      "passed",
    ]);
    const evidence = report?.scenarios[0]?.attempts.flatMap((attempt) => attempt.evidence) ?? [];
    expect(evidence.length).toBeGreaterThan(0);
    for (const { path } of evidence) await access(join(sandbox.reportFolder, path));
  });

  testAtNight("--fail-on-flaky makes it a failure of the run", async () => {
    const sandbox = await flaky();
    const { exitCode } = await sandbox.qa(
      "run",
      "flaky",
      "--pack",
      "pack",
      "--retries",
      "2",
      "--fail-on-flaky",
    );
    expect(exitCode).toBe(1);
  });

  testAtNight("a scenario may ask for them itself", async () => {
    const sandbox = await packWith(({ folder }) => ({
      flaky: failsAtFirst("flaky", join(folder, "counter"), 1).replace(
        "execution:",
        "execution:\n  retryCount: 1",
      ),
    }));
    const { exitCode, report } = await sandbox.qa("run", "flaky", "--pack", "pack", "--retries", "0");
    expect([exitCode, report?.counts]).toMatchObject([0, { passed: 1, flaky: 1 }]);
  });

  testAtNight("too few retries leave a failure", async () => {
    const sandbox = await flaky();
    const { exitCode, report } = await sandbox.qa("run", "flaky", "--pack", "pack", "--retries", "1");
    expect(exitCode).toBe(1);
    expect(report?.scenarios[0]).toMatchObject({ verdict: "failed", flaky: false });
    expect(report?.scenarios[0]?.attempts).toHaveLength(2);
  });
});

test("a repeated scenario fails with one of its attempts", { timeout: TIMEOUT_MS }, async () => {
  const sandbox = await packWith(({ folder }) => ({
    soak: failsAtFirst("soak", join(folder, "counter"), 1),
  }));
  const { exitCode, stdout, report } = await sandbox.qa("run", "soak", "--pack", "pack", "--repeat", "3");
  expect(exitCode, stdout).toBe(1);
  expect(stdout).toContain("failed in 1 of 3");
  expect(report?.scenarios[0]).toMatchObject({ verdict: "failed", flaky: true });
  expect(report?.scenarios[0]?.attempts.map(({ verdict }) => verdict)).toEqual([
    "failed",
    "passed",
    "passed",
  ]);
});

test("--retries and --repeat do not go together", async () => {
  const sandbox = await Sandbox.create();
  const { exitCode, stderr } = await sandbox.qa("run", "--all", "--retries", "1", "--repeat", "2");
  expect(exitCode).toBe(2);
  expect(stderr).toContain("--repeat");
});

test("--bail begins nothing after a failure", { timeout: TIMEOUT_MS }, async () => {
  const sandbox = await packWith(() => ({
    a: scenarioText("a-passes", PASSES),
    b: scenarioText("b-fails", FAILS),
    c: scenarioText("c-passes", PASSES),
  }));
  const { exitCode, report } = await sandbox.qa(
    "run",
    ...["a-passes", "b-fails", "c-passes", "--pack", "pack", "--bail", "--jobs", "1"],
  );
  expect(exitCode).toBe(1);
  expect(report?.scenarios.map(({ id, verdict }) => [id, verdict])).toEqual([
    ["a-passes", "passed"],
    ["b-fails", "failed"],
    ["c-passes", "skipped"],
  ]);
});

test("when the run's time is up nothing counts as passed, and nothing is left", {
  timeout: TIMEOUT_MS,
}, async () => {
  const sandbox = await packWith(() => ({
    a: scenarioText(
      "a-waits",
      `  - name: waits
    actions:
      - call: waitForCondition
        args: [{ lambda: { expr: undefined } }, 50000]
`,
    ),
    b: scenarioText("b-passes", PASSES),
  }));
  const { exitCode, report } = await sandbox.qa(
    "run",
    ...["a-*", "b-*", "--pack", "pack", "--timeout", "2s", "--jobs", "1"],
  );
  expect(exitCode).toBe(4);
  expect(report?.scenarios[0]?.failure).toMatchObject({ code: "run-timeout", fault: "environment" });
  expect(report?.scenarios[1]).toMatchObject({ verdict: "skipped" });
  expect(await sandbox.processes()).toEqual([]);
  expect(await sandbox.leftovers()).toEqual([]);
});

test("a gateway that starts ahead of its turn is used, or ended", { timeout: TIMEOUT_MS }, async () => {
  const sandbox = await packWith(() => ({
    a: scenarioText("a-fails", FAILS),
    b: scenarioText("b-passes", PASSES),
    c: scenarioText("c-passes", PASSES),
  }));
  const run = (...args: string[]) =>
    sandbox.qa("run", "a-*", "b-*", "c-*", "--pack", "pack", "--jobs", "1", "--boot-ahead", "1", ...args);
  const used = await run();
  expect(used.report?.counts).toMatchObject({ passed: 2, failed: 1 });
  const boots = used.report?.scenarios.map(({ gateway }) => gateway?.bootId);
  expect(new Set(boots).size).toBe(3);
  // The next scenario does not wait until the gateway before it has ended.
  const events = await readFile(join(sandbox.reportFolder, "events.jsonl"), "utf8");
  const at = (type: string, id: string) =>
    events.split("\n").findIndex((line) => line.includes(`"${type}"`) && line.includes(`"${id}"`));
  expect(at("scenario-started", "b-passes")).toBeLessThan(at("scenario-finished", "a-fails"));
  const bailed = await run("--bail");
  expect(bailed.report?.counts).toMatchObject({ failed: 1, skipped: 2 });
  expect(await sandbox.processes()).toEqual([]);
  expect(await sandbox.leftovers()).toEqual([]);
});
