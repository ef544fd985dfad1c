import { once } from "node:events";
import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";
import { validateXML } from "xmllint-wasm";
import { readEvents } from "../runner/report/read-events.ts";
import { runEventsOf } from "../runner/report/record.ts";
import { ROOT, Sandbox, scenarioText } from "./testing/qa.ts";

const PASSES = scenarioText("passes", "  - name: adds\n    actions: [{ assert: '1 + 1 === 2' }]");
const FAILS = scenarioText(
  "fails",
  `  - name: counts wrongly
    actions:
      - set: sum
        value: { expr: "1 + 1" }
      - assert: "sum === 3"`,
);
const LINE = FAILS.split("\n").findIndex((line) => line.includes("sum === 3")) + 1;

test("every reporter reports a real run, and an annotation points at the line that failed", async () => {
  const sandbox = await Sandbox.create();
  await sandbox.write("pack/test/passes.md", PASSES);
  await sandbox.write("pack/test/fails.md", FAILS);
  const summary = await sandbox.write("summary.md", "");
  const { exitCode, stdout, stderr } = await sandbox.qaWith(
    { GITHUB_STEP_SUMMARY: summary, GITHUB_WORKSPACE: sandbox.folder },
    ...["run", "passes", "fails", "--pack", "pack"],
    ...["--reporter", "junit", "--reporter", "junit=elsewhere/results.xml"],
    ...["--reporter", "ctrf", "--reporter", "github", "--reporter", "plain"],
  );
  expect(stderr).toBe("");
  expect(exitCode).toBe(1);

  const errors = stdout.split("\n").filter((line) => line.startsWith("::error"));
  expect(errors).toHaveLength(1);
  expect(errors[0]).toMatch(
    new RegExp(`^::error file=pack/test/fails\\.md,line=${LINE},col=\\d+,title=failed%3A fails::`),
  );
  const lines = stdout.split("\n");
  expect(lines[0]).toMatch(/^::stop-commands::/);
  expect(stdout).toMatch(/^fails: failed in .*sum === 3.*run again: pnpm qa run fails --pack pack$/m);
  expect(stdout, "the plain log stands in for the console").not.toMatch(/[✓✗]/);
  expect(await readFile(summary, "utf8")).toMatch(
    /\| `fails` \| failed \| .* \|\n[\s\S]*pnpm qa run fails --pack pack/,
  );

  const schema = await readFile(join(ROOT, "runner/report/reporters/junit/junit.xsd"), "utf8");
  for (const file of [
    join(sandbox.reportFolder, "junit.xml"),
    join(sandbox.folder, "elsewhere/results.xml"),
  ]) {
    const xml = await readFile(file, "utf8");
    expect((await validateXML({ xml, schema })).errors).toEqual([]);
    expect(xml).toContain('<testcase name="fails"');
  }
  const ctrf = JSON.parse(await readFile(join(sandbox.reportFolder, "ctrf-report.json"), "utf8"));
  expect(ctrf.results.summary).toMatchObject({ tests: 2, passed: 1, failed: 1 });
});

test("a coding agent gets the failures only, and so does a comment on a pull request", async () => {
  const sandbox = await Sandbox.create();
  await sandbox.write("pack/test/passes.md", PASSES);
  await sandbox.write("pack/test/fails.md", FAILS.replace("---\n\n", "docsRefs: [docs/none.md]\n---\n\n"));
  const args = ["run", "--pack", "pack", "--reporter", "comment"];
  const { exitCode, stdout, stderr } = await sandbox.qaWith({ AI_AGENT: "borealis" }, ...args);
  expect(exitCode).toBe(1);
  expect(stderr, "what `qa check` warns of").toMatch(
    /^warning: pack\/test\/fails\.md:9:12 {2}there is no file `docs\/none\.md` in the repository {2}\[missing-reference\]$/,
  );
  const [headline, place] = stdout.split("\n");
  expect(headline).toMatch(/^fails: .*sum === 3/);
  expect(place).toBe(`  pack/test/fails.md:${LINE + 1}  assert sum === 3`);
  expect(stdout).toMatch(
    /^ {2}run again: pnpm qa run fails --pack pack\n\n1 failed, 1 passed in .*, exit code 1$/m,
  );
  const comment = await readFile(join(sandbox.reportFolder, "comment.md"), "utf8");
  expect(comment).toContain(`\n${headline}\n${place}\n`);
});

test("a custom reporter gets every event; one that throws is cut off, and the run does not succeed", async () => {
  const sandbox = await Sandbox.create();
  await sandbox.write("pack/test/passes.md", PASSES);
  await sandbox.write(
    "own/types.mts",
    `import { appendFileSync } from "node:fs";
export const version = 1;
export default class Types {
  readonly file: string;
  constructor({ reportFolder }: { reportFolder: string }) { this.file = reportFolder + "/types.txt"; }
  onEvent(event: { type: string }) { appendFileSync(this.file, event.type + "\\n"); }
  finish() { appendFileSync(this.file, "finish\\n"); }
}
`,
  );
  await sandbox.write(
    "own/throws.mjs",
    "export const version = 1;\nexport default () => ({ onEvent() { throw new Error('out of paper'); } });\n",
  );
  const own = ["--reporter", "own/types.mts"];
  const good = await sandbox.qa("run", "passes", "--pack", "pack", ...own);
  expect(good).toMatchObject({ exitCode: 0, stderr: "" });

  const bad = await sandbox.qa("run", "passes", "--pack", "pack", ...own, "--reporter", "./own/throws.mjs");
  expect(bad.exitCode).toBe(4);
  expect(bad.stderr).toContain("The ./own/throws.mjs report is incomplete: out of paper");
  expect(bad.report?.counts).toMatchObject({ passed: 1, total: 1 });
  const files = await readdir(sandbox.reportFolder);
  expect(files).toEqual(expect.arrayContaining(["events.jsonl", "report.json", "report.md", "types.txt"]));
  // Every line of a real run's log fits the published schema, or reading it would throw.
  const log = await readEvents(join(sandbox.reportFolder, "events.jsonl"));
  expect(log).toMatchObject({ truncated: false });
  const types = (await readFile(join(sandbox.reportFolder, "types.txt"), "utf8")).trimEnd().split("\n");
  // The record is for whoever looks at it later.
  expect(types).toEqual([...runEventsOf(log.events).map(({ type }) => type), "finish"]);
});

/** What a reporter may do to itself, and how the run calls that. */
const ATTACKS: Readonly<Record<string, { code: string; finish?: string; cause?: RegExp }>> = {
  exits: { code: "process.exit(0)", cause: /its process ended with exit code 0 before the run did/ },
  dies: { code: "process.kill(process.pid, 'SIGKILL')", cause: /its process ended by SIGKILL/ },
  babbles: { code: "writeSync(3, 'no JSON\\n')", cause: /it sent what is no answer/ },
  foresees: { code: "writeSync(3, '{\"id\":99}\\n')", cause: /it sent what is no answer: nothing was asked/ },
  closes: { code: "closeSync(3)", cause: /it closed its pipe|its process ended/ },
  forgets: { code: "setImmediate(() => { throw new Error('late') })", cause: /late/ },
  rejects: { code: "void Promise.reject(new Error('unheard'))", cause: /unheard/ },
  "changes-itself": {
    code: "Array.prototype.filter = () => []; Object.prototype.verdict = 'passed'; Map.prototype.get = () => undefined",
  },
  "sets-the-code": { code: "process.exitCode = 0; process.on('exit', () => process.exit(0))" },
  "writes-the-report": {
    code: "",
    finish: "for (const name of ['report.json', 'report.md']) writeFileSync(reportFolder + '/' + name, '{}')",
  },
  speaks: { code: "console.log('out of a reporter'); console.error('a reporter complains')" },
};

test("whatever reporters do to themselves, the run's verdicts, report and exit code are its own", async () => {
  const sandbox = await Sandbox.create();
  await sandbox.write("pack/test/passes.md", PASSES);
  await sandbox.write("pack/test/fails.md", FAILS);
  const own: string[] = [];
  for (const [name, { code, finish = "" }] of Object.entries(ATTACKS)) {
    const source = `import { closeSync, writeFileSync, writeSync } from "node:fs";
export const version = 1;
let begun = false;
export default ({ reportFolder }) => ({
  onEvent() { if (!begun) { begun = true; ${code}; } },
  finish() { ${finish} },
});`;
    own.push("--reporter", await sandbox.write(`own/${name}.mjs`, source));
  }
  const { exitCode, stdout, stderr, report } = await sandbox.qa("run", "--pack", "pack", ...own);
  const incomplete = stderr.split("\n").filter((line) => line.includes("report is incomplete"));
  const fatal = Object.entries(ATTACKS).filter(([, { cause }]) => cause);
  for (const [name, { cause }] of fatal) {
    const lines = incomplete.filter((line) => line.includes(`/own/${name}.mjs `));
    expect(lines, name).toEqual([expect.stringMatching(cause ?? /^$/)]);
  }
  expect(incomplete).toHaveLength(fatal.length);
  expect(stdout).toMatch(/^out of a reporter$/m);
  expect(stderr).toMatch(/^a reporter complains$/m);
  expect(report?.scenarios.map(({ id, verdict }) => [id, verdict])).toEqual([
    ["fails", "failed"],
    ["passes", "passed"],
  ]);
  expect(report?.exitCode).toBe(4);
  expect(exitCode).toBe(4);
  expect(await sandbox.processes()).toEqual([]);
  expect(await readFile(join(sandbox.reportFolder, "report.md"), "utf8")).toMatch(/^# 1 failed, 1 passed$/m);
});

test("a reporter that kills the runner, as every process of the user can, makes no success of the run", async () => {
  const sandbox = await Sandbox.create();
  await sandbox.write("pack/test/passes.md", PASSES);
  const kills =
    "export const version = 1;\nexport default () => ({ onEvent() { process.kill(process.ppid, 'SIGKILL'); } });";
  const own = await sandbox.write("kills.mjs", kills);
  const { exitCode, report } = await sandbox.qa("run", "--pack", "pack", "--reporter", own);
  expect(exitCode, "it ended by a signal").toBeUndefined();
  expect(report?.exitCode).not.toBe(0);
});

test("a reporter that blocks ends with its killed runner", async () => {
  const sandbox = await Sandbox.create();
  await sandbox.write("pack/test/passes.md", PASSES);
  const blocks =
    "export const version = 1;\nexport default () => ({ onEvent() { console.log('blocked'); for (;;); } });";
  const runner = sandbox.start(
    "run",
    "--pack",
    "pack",
    "--reporter",
    await sandbox.write("blocks.mjs", blocks),
  );
  const ended = once(runner, "exit");
  for await (const piece of runner.stdout) if (String(piece).includes("blocked")) break;
  runner.kill("SIGKILL");
  await ended;
  // The poll only ends a test that fails.
  await expect.poll(() => sandbox.processes(), { timeout: 30_000, interval: 20 }).toEqual([]);
});
