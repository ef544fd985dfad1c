import { spawn } from "node:child_process";
import { once } from "node:events";
import { open, readdir, readFile, stat } from "node:fs/promises";
import { join } from "node:path";
import type { Readable } from "node:stream";
import { text } from "node:stream/consumers";
import { expect, test } from "vitest";
import { testAtNight } from "./testing/breadth.ts";
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

test.for([
  ["run", "quick", "--pack", "pack", "--out", "out"],
  ["list", "--pack", "pack"],
  ["check", "pack"],
  ["--help"],
  ["--version"],
])("output that cannot be written makes no success of qa %s", async (args) => {
  const sandbox = await Sandbox.create();
  await sandbox.write("pack/test/quick.md", QUICK);
  const full = await open("/dev/full", "w");
  const main = join(ROOT, "runner/cli/main.js");
  const child = spawn(process.execPath, [main, ...args], {
    cwd: sandbox.folder,
    env: { ...process.env, TMPDIR: sandbox.tmp },
    stdio: ["ignore", full.fd, "pipe"],
  });
  const [[code], errors] = await Promise.all([once(child, "exit"), text(child.stderr as Readable)]);
  await full.close();
  expect(errors).toMatch(/^error: cannot write the output: ENOSPC/);
  expect(code).toBe(4);
});

// Whatever happens in the runner's own process: none of it runs there on purpose.
test.for([
  ["an exit that calls itself a success", "process.exit(0)", /ended before its command had ended/],
  ["an error that nobody expects", "setImmediate(() => { throw new Error('stray') })", /defect[\s\S]*stray/],
  ["a promise that fails", "Promise.reject(new Error('stray'))", /defect[\s\S]*stray/],
] as const)("%s does not make a success of a command that has not ended", async ([_what, code, message]) => {
  const sandbox = await Sandbox.create();
  const { exitCode, stderr } = await meddled(sandbox, code, "list");
  expect(stderr).toMatch(message);
  expect(exitCode).toBe(4);
});

testAtNight.for([
  "process.exitCode = 0",
  "process.exit(0)",
  "process.reallyExit(0)",
  "(() => { throw new Error('late'); })()",
])("an exit listener with %s does not change the exit code", async (code) => {
  const sandbox = await Sandbox.create();
  await sandbox.write("broken.md", "---\nid: broken\n---\n");
  const { exitCode } = await meddled(sandbox, `process.on("exit", () => { ${code} })`, "check", "broken.md");
  expect(exitCode).toBe(3);
});

/** Runs a command that executes some code in its process when it first prints something. */
async function meddled(sandbox: Sandbox, code: string, ...args: string[]) {
  const module = await sandbox.write(
    "meddle.mjs",
    `const { write } = process.stdout;
process.stdout.write = (...args) => {
  process.stdout.write = write;
  ${code};
  return write.apply(process.stdout, args);
};`,
  );
  return sandbox.qaWith({ NODE_OPTIONS: `--import ${module}` }, ...args);
}

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
        args: [200]`,
    ),
  );
  const { exitCode, report } = await sandbox.qa("run", "stray", "--pack", "pack");
  expect(report?.scenarios[0]?.failure).toMatchObject({
    code: "not-awaited",
    fault: "scenario",
    message: expect.stringMatching(/failed, and nothing awaited it: .*no\.such\.method/),
    step: { name: "starts something and forgets it" },
  });
  expect(exitCode).toBe(1);
});

test("an id that begins with a dash is no option, also in the command that runs it again", async () => {
  const sandbox = await Sandbox.create();
  await sandbox.write("pack/test/dash.md", QUICK.replace("id: quick", "id: -dash"));
  const { exitCode } = await sandbox.qa("run", "--pack", "pack", "--out", "out", "--", "-dash");
  expect(exitCode).toBe(0);
  const written = await sandbox.reportIn("out");
  expect(written?.command).toBe("pnpm qa run --pack pack --out out -- -dash");
  expect(written?.scenarios).toMatchObject([{ id: "-dash", rerun: "pnpm qa run --pack pack -- -dash" }]);
});

testAtNight("an id is the same in any form of Unicode", async () => {
  const sandbox = await Sandbox.create();
  const [composed, decomposed] = ["\u00e9tude", "e\u0301tude"];
  await sandbox.write("pack/test/etude.md", QUICK.replace("id: quick", `id: ${decomposed}`));
  for (const typed of [composed, decomposed]) {
    const { exitCode, report } = await sandbox.qa("run", typed, "--pack", "pack");
    expect(report?.scenarios).toMatchObject([{ id: composed, named: true, verdict: "passed" }]);
    expect(exitCode).toBe(0);
  }
  await sandbox.write("pack/test/twice.md", QUICK.replace("id: quick", `id: ${composed}`));
  const { exitCode, stdout } = await sandbox.qa("check", "pack");
  expect(stdout).toMatch(/duplicate/);
  expect(exitCode).toBe(3);
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

testAtNight.for([["qui*"], ["--tag", "test"], ["quick-two"]])(
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

testAtNight("what an expression throws is the scenario's fault, even if it is not an error", async () => {
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

test("a very long failure is short in every report, and whole in an evidence file", async () => {
  const sandbox = await Sandbox.create();
  const long = (id: string, message: string) =>
    scenarioText(
      id,
      `  - name: fails at length\n    actions: [{ throw: { expr: "new Error(${message})" } }]`,
    );
  const lines = "Array.from({ length: 50_000 }, (_, i) => 'line ' + i).join('\\\\n')";
  await sandbox.write("pack/test/wide.md", long("wide", "'x'.repeat(1_000_000) + ' end'"));
  await sandbox.write("pack/test/high.md", long("high", lines));
  const { exitCode, stdout, report } = await sandbox.qa(
    ...["run", "--pack", "pack", "--reporter", "junit", "--reporter", "ctrf", "--reporter", "github"],
  );
  expect(exitCode).toBe(1);
  const [high, wide] = report?.scenarios ?? [];
  expect(high?.failure?.message).toMatch(/^line 0\n[\s\S]*\n… 49800 lines left out …\n[\s\S]*line 49999$/);
  expect(wide?.failure?.message).toMatch(/^x+ … 980004 characters left out … x+ end$/);
  expect(stdout.length).toBeLessThan(50_000);
  for (const name of await readdir(sandbox.reportFolder)) {
    const path = join(sandbox.reportFolder, name);
    if ((await stat(path)).isFile()) expect((await stat(path)).size, name).toBeLessThan(200_000);
  }
  for (const [scenario, size] of [
    [high, "50000 lines"],
    [wide, "1000004 characters"],
  ] as const) {
    const file = scenario?.evidence.find(({ kind }) => kind === "whole texts")?.path ?? "";
    const whole = await readFile(join(sandbox.reportFolder, file), "utf8");
    expect(whole).toMatch(new RegExp(`^--- failure.message \\(.*${size}.*\\)\\n`));
    expect(whole.length).toBeGreaterThan(500_000);
    expect((await stat(join(sandbox.reportFolder, file))).mode & 0o777).toBe(0o600);
  }
});

test("what tells runs, scenarios and gateways apart is never taken for a secret", async () => {
  const sandbox = await Sandbox.create();
  await sandbox.write("pack/test/quick.md", QUICK.replace("id: quick", "id: embedded-things"));
  // A secret by its name, and a word of the run by its value.
  const secrets = {
    MY_TOKEN: "embedded",
    OTHER_SECRET: "embedded-things",
    RUN_PASSWORD: "scenario-finished",
  };
  const { exitCode, stdout } = await sandbox.qaWith(secrets, "run", "--pack", "pack");
  expect(exitCode).toBe(0);
  expect(stdout).toContain("embedded-things");
  const report = await sandbox.report();
  expect(report).toMatchObject({ gateway: "embedded", selection: ["embedded-things"] });
  expect(report?.scenarios).toMatchObject([
    {
      id: "embedded-things",
      verdict: "passed",
      rerun: "pnpm qa run embedded-things --pack pack",
      gateway: { target: "embedded" },
    },
  ]);
  for (const { path } of report?.scenarios[0]?.evidence ?? []) {
    expect(await readFile(join(sandbox.reportFolder, path), "utf8")).not.toBe("");
  }
});
