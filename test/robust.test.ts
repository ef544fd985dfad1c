import { spawn } from "node:child_process";
import { once } from "node:events";
import { open, readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";
import { ROOT, Sandbox, scenarioText } from "./testing/qa.ts";

// What people and scenarios do to a runner without anyone having planned for it.

const QUICK = scenarioText("quick", "  - name: adds\n    actions: [{ set: sum, value: { expr: 1 + 1 } }]");

test("a reader that stops reading does not end the run", async () => {
  const sandbox = await Sandbox.create();
  await sandbox.write("pack/test/quick.md", QUICK);
  const child = sandbox.start("run", "quick", "--pack", "pack");
  const exited = once(child, "exit");
  child.stdout.destroy();
  const [code] = await exited;
  expect(code).toBe(0);
  expect(await readFile(join(sandbox.reportFolder, "report.md"), "utf8")).toContain("1 passed");
});

test("output that cannot be written makes a run that passed no success", async () => {
  const sandbox = await Sandbox.create();
  await sandbox.write("pack/test/quick.md", QUICK);
  const full = await open("/dev/full", "w");
  const main = join(ROOT, "runner/cli/main.js");
  const child = spawn(process.execPath, [main, "run", "quick", "--pack", "pack", "--out", "out"], {
    cwd: sandbox.folder,
    env: { ...process.env, TMPDIR: sandbox.tmp },
    stdio: ["ignore", full.fd, "ignore"],
  });
  const [code] = await once(child, "exit");
  await full.close();
  expect(code).toBe(4);
});

test("a second Ctrl-C ends at once and still leaves nothing behind", async () => {
  const sandbox = await Sandbox.create();
  await sandbox.write(
    "pack/test/slow.md",
    scenarioText("slow", "  - name: waits\n    actions: [{ call: sleep, args: [60000] }]"),
  );
  const child = sandbox.start("run", "slow", "--pack", "pack");
  const exited = once(child, "exit");
  await expect
    .poll(() => readFile(join(sandbox.reportFolder, "events.jsonl"), "utf8").catch(() => ""), {
      timeout: 30_000,
    })
    .toContain('"statement-started"');
  child.kill("SIGINT");
  child.kill("SIGINT");
  const [code] = await exited;
  expect(code).toBe(130);
  await expect.poll(() => sandbox.processes(), { timeout: 10_000 }).toEqual([]);
  expect(await sandbox.leftovers()).toEqual([]);
});

test("a failure that no step waits for fails its scenario, and is shown where it arose", async () => {
  const sandbox = await Sandbox.create();
  await sandbox.write(
    "pack/test/stray.md",
    scenarioText(
      "stray",
      `  - name: starts something and forgets it
    actions:
      - set: ignored
        value: { expr: "(env.gateway.call('no.such.method'), 1)" }
      - call: sleep
        args: [60000]`,
    ),
  );
  const { exitCode, report } = await sandbox.qa("run", "stray", "--pack", "pack");
  expect(report?.scenarios[0]?.failure).toMatchObject({
    code: "stray-rejection",
    fault: "scenario",
    message: expect.stringMatching(/failed that no step waited for: .*no\.such\.method/),
    step: { name: "starts something and forgets it" },
  });
  expect(exitCode).toBe(1);
});

test("an id of a foreign pack cannot lead out of the report folder", async () => {
  const sandbox = await Sandbox.create();
  await sandbox.write("pack/test/evil.md", QUICK.replace("id: quick", "id: ../../evil"));
  const { exitCode } = await sandbox.qa("run", "../../evil", "--pack", "pack");
  expect(exitCode).toBe(0);
  expect((await readdir(sandbox.folder)).sort()).toEqual(["pack", "report-1", "tmp"]);
});

test("a folder that already holds a report is refused", async () => {
  const sandbox = await Sandbox.create();
  await sandbox.write("pack/test/quick.md", QUICK);
  await sandbox.qa("run", "quick", "--pack", "pack", "--out", "same");
  const second = await sandbox.qa("run", "quick", "--pack", "pack", "--out", "same");
  expect(second.exitCode).toBe(2);
  expect(second.stderr).toMatch(/already holds a report/);
});

test.for([["qui*"], ["--tag", "test"], ["quick-two"]])(
  "%s does not silently pass over a file that cannot be read",
  async (selection) => {
    const sandbox = await Sandbox.create();
    await sandbox.write("pack/test/quick.md", QUICK);
    await sandbox.write(
      "pack/test/quick-two.md",
      "---\nid: [quick-two\n---\n\n```yaml qa-flow\nsteps: []\n```\n",
    );
    const { exitCode, stderr } = await sandbox.qa("run", ...selection, "--pack", "pack");
    expect(exitCode).toBe(3);
    expect(stderr).toContain("pack/test/quick-two.md");
  },
);

test("what an expression throws is the scenario's fault, even if it is not an error", async () => {
  const sandbox = await Sandbox.create();
  await sandbox.write(
    "pack/test/throws.md",
    scenarioText(
      "throws",
      `  - name: throws nothing
    actions:
      - set: never
        value: { expr: "(() => { throw null; })()" }`,
    ),
  );
  const { exitCode, report } = await sandbox.qa("run", "throws", "--pack", "pack");
  expect(report?.scenarios[0]?.failure).toMatchObject({ code: "expression-failed", fault: "scenario" });
  expect(exitCode).toBe(1);
});
