import { cp } from "node:fs/promises";
import { join } from "node:path";
import { expect, test, vi } from "vitest";
import { Sandbox, scenarioText } from "./testing/qa.ts";
import { setFacts } from "./testing/shards.ts";

const asserts = (id: string, expression: string) =>
  scenarioText(id, `  - name: checks\n    actions: [{ assert: '${expression}' }]`);

/** A run of two scenarios, one of which failed, reported to `reports/one`. */
async function oneFailed(): Promise<Sandbox> {
  const sandbox = await Sandbox.create();
  await sandbox.write("a pack/test/good.md", asserts("good", "true"));
  await sandbox.write("a pack/test/bad.md", asserts("bad", "1 + 1 === 3"));
  const { exitCode } = await sandbox.qa("run", "--tag", "test", "--pack", "a pack", "--out", "reports/one");
  expect(exitCode).toBe(1);
  return sandbox;
}

test("runs just what failed, from the same packs, until nothing fails any more", async () => {
  const sandbox = await oneFailed();
  const again = await sandbox.qa("run", "--last-failed", "reports", "--out", "reports/two");
  expect(again.exitCode).toBe(1);
  expect(again.stdout).toMatch(/^Running 1 scenario again from the last run, \S+ \(reports\/one\)$/m);
  expect(again.stdout).not.toMatch(/good/);

  await sandbox.write("a pack/test/bad.md", asserts("bad", "1 + 1 === 2"));
  const fixed = await sandbox.qa("run", "--last-failed", "reports");
  expect(fixed.exitCode).toBe(0);
  expect(fixed.stdout).toMatch(/\(reports\/two\)/);
  expect(fixed.report?.scenarios.map(({ id, verdict }) => [id, verdict])).toEqual([["bad", "passed"]]);

  const nothing = await sandbox.qa("run", "--last-failed", sandbox.reportFolder, "--out", "none");
  expect(nothing.exitCode).toBe(0);
  expect(nothing.stdout).toMatch(/^Nothing failed in the last run, \S+ \(report-1\)\.$/);
});

test("treats a merge as the run that its shards are parts of, and its groups one by one", async () => {
  const sandbox = await oneFailed();
  // The shard that fails comes first: the one that ended last has nothing to run again.
  for (const shard of ["1/2", "2/2"]) {
    const options = ["--tag", "test", "--pack", "a pack", "--shard", shard];
    const { exitCode } = await sandbox.qa("run", ...options, "--out", `night/shares/${shard[0]}`);
    expect(exitCode).toBe(shard === "1/2" ? 1 : 0);
  }
  await sandbox.qa("merge", "night/shares", "--out", "night/merged");
  const whole = await sandbox.qa("run", "--last-failed", "night", "--out", "again");
  expect(whole.stdout).toMatch(/^Running 1 scenario again from the last run, \S+-merged \(night\/merged\)$/m);
  expect(whole.exitCode).toBe(1);

  // Two groups of one shard each, of which only the first failed, and a copy of that one.
  await sandbox.qa("run", "good", "--pack", "a pack", "--out", "groups/shares/z");
  for (const [name, lane] of [
    ["a", "one"],
    ["b", "two"],
  ] as const) {
    await cp(join(sandbox.folder, "reports/one"), join(sandbox.folder, "groups/shares", name), {
      recursive: true,
    });
    await setFacts(join(sandbox.folder, "groups/shares", name), (start) => ({ ...start, lane, runId: name }));
  }
  await sandbox.qa("merge", "groups/shares", "--out", "groups/merged");
  const groups = await sandbox.qa("run", "--last-failed", "groups", "--out", "again-2");
  expect(groups.stdout).toMatch(
    /^Running 1 scenario again from the last run, b \(groups\/merged\/two-\S+\)$/m,
  );
  expect(groups.stderr).toMatch(/^note: something failed in groups\/merged\/one-\S+ as well/m);
});

test("takes the gateway of that run, unless another is given", async () => {
  const sandbox = await oneFailed();
  await setFacts(join(sandbox.folder, "reports/one"), (start) => ({ ...start, gateway: "embeded" }));
  const same = await sandbox.qa("run", "--last-failed", "reports");
  expect(same.exitCode).toBe(2);
  expect(same.stderr).toMatch(/Did you mean embedded\?/);
  const other = await sandbox.qa("run", "--last-failed", "reports", "--gateway", "embedded");
  expect(other.report).toMatchObject({ gateway: "embedded", scenarios: [{ id: "bad", verdict: "failed" }] });
});

test("runs what a killed run did not get to", async () => {
  const sandbox = await oneFailed();
  const hangs = asserts("a-hangs", "await waitForCondition(() => undefined, 50000)");
  await sandbox.write("a pack/test/a.md", hangs);
  const options = ["--tag", "test", "--pack", "a pack", "--jobs", "1", "--out", "reports/killed"];
  const child = sandbox.start("run", ...options);
  let output = "";
  child.stdout.on("data", (chunk) => {
    output += chunk;
  });
  await vi.waitFor(async () => {
    const report = await sandbox.reportIn("reports/killed");
    expect(report?.scenarios[0]?.failure?.code).toBe("missing-result");
  }, 30_000);
  process.kill(-(child.pid as number), "SIGKILL");
  expect(output).not.toMatch(/good/);
  await sandbox.write("a pack/test/a.md", asserts("a-hangs", "true"));
  await sandbox.write("a pack/test/bad.md", asserts("bad", "true"));
  const { exitCode, report } = await sandbox.qa("run", "--last-failed", "reports/killed");
  expect(exitCode).toBe(0);
  expect(report?.scenarios.map(({ id }) => id)).toEqual(["a-hangs", "bad", "good"]);
});

test("a scenario that is gone is named, and the others run; when none is left, that is no success", async () => {
  const sandbox = await Sandbox.create();
  await sandbox.write("pack/test/a.md", asserts("was-first", "false"));
  await sandbox.write("pack/test/b.md", asserts("stays", "false"));
  await sandbox.qa("run", "--pack", "pack", "--out", "reports/one");
  await sandbox.write("pack/test/a.md", asserts("is-first", "false"));
  const again = await sandbox.qa("run", "--last-failed", "reports", "--out", "reports/two");
  expect(again.stderr).toBe(
    "warning: there is no scenario was-first any more, so it is not run again; is it is-first now?",
  );
  expect((await sandbox.reportIn("reports/two"))?.scenarios.map(({ id }) => id)).toEqual(["stays"]);
  expect(again.exitCode).toBe(1);

  await sandbox.write("pack/test/b.md", asserts("differs-entirely", "false"));
  const none = await sandbox.qa("run", "--last-failed", "reports/two");
  expect(none.stderr).toMatch(/^warning: there is no scenario stays any more.*\nerror: nothing is left/);
  expect(none.exitCode).toBe(4);
});

test("after a run that ended badly without failures, the exit code stays that run's", async () => {
  const sandbox = await Sandbox.create();
  const guarded = "execution: { config: { allowEnv: QA_TEST_ALLOW } }\n";
  await sandbox.write(
    "pack/test/a.md",
    scenarioText("a", "  - name: s\n    actions: [{ assert: 'true' }]", guarded),
  );
  const first = await sandbox.qa("run", "a", "--pack", "pack", "--out", "reports/one");
  expect(first.exitCode).toBe(4);
  const { exitCode, stdout } = await sandbox.qa("run", "--last-failed", "reports");
  expect(stdout).toMatch(/Nothing failed in the last run.*, yet it ended with exit code 4\./);
  expect(exitCode).toBe(4);
});

test("a report of the previous version, which kept no options, is refused with what to type instead", async () => {
  const sandbox = await oneFailed();
  const { options: _, ...report } = (await sandbox.reportIn("reports/one")) ?? {};
  await sandbox.write("reports/one/report.json", JSON.stringify({ ...report, version: 2 }));
  const { exitCode, stderr } = await sandbox.qa("run", "--last-failed", "reports");
  expect(stderr).toMatch(/the report in reports\/one is from an earlier version, which stored no options/);
  expect(stderr).toMatch(/as in: pnpm qa run bad --pack 'a pack'$/m);
  expect(exitCode).toBe(2);
});

test("a report that cannot be read is left out, with a warning", async () => {
  const sandbox = await oneFailed();
  await sandbox.write("reports/broken/report.json", "{");
  const { exitCode, stderr } = await sandbox.qa("run", "--last-failed", "reports");
  expect(stderr).toMatch(/^warning: 1 report left out, for instance reports\/broken: /);
  expect(exitCode).toBe(1);
});

test.for([
  [["--last-failed", "nowhere"], /there is no folder nowhere/],
  [["--last-failed", "tmp"], /there is no report below tmp/],
  [["--last-failed=tmp", "dm-chat-baseline"], /--last-failed already chooses the scenarios/],
  [["--last-failed", "tmp", "--all"], /--last-failed already chooses the scenarios/],
] as const)("qa run %s is a usage error", async ([args, message]) => {
  const sandbox = await Sandbox.create();
  const { exitCode, stderr } = await sandbox.qa("run", ...args);
  expect(stderr).toMatch(message);
  expect(exitCode).toBe(2);
});
