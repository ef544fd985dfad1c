import { expect, test } from "vitest";
import { Sandbox, scenarioText } from "./testing/qa.ts";

/** A scenario of one step that computes an expression, with the permissions that it needs. */
function computing(id: string, expr: string, permissions = "import, process"): string {
  const step = `  - name: attacks\n    actions: [{ set: x, value: { expr: ${JSON.stringify(expr)} } }]`;
  return scenarioText(id, step, `permissions: [${permissions}]\n`);
}

// What a scenario does with its permissions, or without any, costs itself the verdict and the others nothing.
test("a scenario cannot end, change or forge more than its own attempt", async () => {
  const sandbox = await Sandbox.create();
  await sandbox.write("pack/exits.mjs", "process.exit(0);\n");
  const attacks: Record<string, [expr: string, code: string, message: RegExp]> = {
    "exits-at-once": ["process.exit(0)", "scenario-ended-its-process", /exit code 0/],
    "exits-in-a-module": [
      `await import(${JSON.stringify(`${sandbox.folder}/pack/exits.mjs`)})`,
      "scenario-ended-its-process",
      /exit code 0/,
    ],
    "exits-later": [
      "(require('node:process').on('exit', () => { require('node:process').exitCode = 0; }), process.kill(process.pid, 'SIGTERM'), await sleep(60000))",
      "scenario-ended-its-process",
      /SIGTERM/,
    ],
    "leaves-a-process": [
      "(require('node:child_process').spawn('sleep', ['600'], { stdio: 'ignore' }), process.kill(process.pid, 'SIGKILL'))",
      "scenario-ended-its-process",
      /SIGKILL/,
    ],
    "runs-out-of-stack": [
      "(() => { const f = () => f() + 1; return f(); })()",
      "expression-failed",
      /call stack/i,
    ],
    "throws-later": [
      "(setTimeout(() => { throw new Error('too late'); }, 10), await sleep(60000))",
      "expression-failed",
      /too late/,
    ],
    "forges-a-message": [
      "(require('node:fs').writeSync(4, Buffer.alloc(4096, 1)), await sleep(60000))",
      "attempt-unproven",
      /not known/,
    ],
  };
  for (const [id, [expr]] of Object.entries(attacks)) {
    await sandbox.write(`pack/test/${id}.md`, computing(id, expr));
  }
  // What it prints to does not count.
  const opens =
    "(require('node:net').createServer().listen(0), require('node:process').stdout.write('said'), require('node:console').error('said'), 1)";
  await sandbox.write("pack/test/o-opens.md", computing("o-opens", opens));
  const changes = `(process.chdir('/'), process.env.PATH = '', process.env.MARK = 'changed',
    require('node:module').prototype = 0, Array.prototype.filter = () => [], globalThis.JSON = undefined, 1)`;
  await sandbox.write("pack/test/m-changes.md", computing("m-changes", changes.replace(/\n\s*/g, " ")));
  await sandbox.write(
    "pack/test/n-passes.md",
    scenarioText(
      "n-passes",
      `  - name: finds everything as it was
    actions:
      - assert: "process.env.MARK === undefined && process.env.PATH !== '' && process.cwd() !== '/'"
      - assert: "process.env.MY_API_TOKEN === undefined"
      - assert: "await fetch(env.mock.baseUrl + '/healthz').then((answer) => answer.json()).then(({ ok }) => ok)"
      - call: state.addInboundMessage
        args: [{ conversation: { id: alice, kind: direct }, senderId: alice, text: "Reply exactly: PONG" }]
      - call: waitForOutboundMessage
        args: [{ ref: state }, { lambda: { params: [message], expr: "message.text === 'PONG'" } }, 15000]
`,
      "permissions: [process]\n",
    ),
  );
  const ids = [...Object.keys(attacks), "m-changes", "n-passes", "o-opens"];
  const env = { MY_API_TOKEN: "none-of-its-business" };
  const { exitCode, report, stdout } = await sandbox.qaWith(env, "run", ...ids, "--pack", "pack");

  for (const [id, [, code, message]] of Object.entries(attacks)) {
    const scenario = report?.scenarios.find((each) => each.id === id);
    expect(scenario, stdout).toMatchObject({
      verdict: "failed",
      failure: {
        code,
        fault: "scenario",
        message: expect.stringMatching(message),
        step: { name: "attacks" },
      },
      steps: [{ name: "attacks", status: "failed" }],
    });
  }
  expect(report?.counts, stdout).toMatchObject({ total: ids.length, passed: 3, failed: ids.length - 3 });
  expect(report?.scenarios.find(({ id }) => id === "o-opens")?.leaks).toEqual([
    expect.stringMatching(/^1 TCPServerWrap, opened in step "[^"]+" by a module/),
  ]);
  expect(exitCode).toBe(1);
  expect(await sandbox.processes()).toEqual([]);
  expect(await sandbox.leftovers()).toEqual([]);
}, 60_000);

test("a killed runner takes its attempts along, also those that compute without end", async () => {
  const sandbox = await Sandbox.create();
  const step = (expr: string) => `  - name: goes on
    actions:
      - set: never
        value: { expr: ${JSON.stringify(expr)} }`;
  const loops = "(async () => { await null; for (;;) {} })()";
  await sandbox.write("pack/test/loops.md", scenarioText("loops", step(loops)));
  await sandbox.write("pack/test/waits.md", scenarioText("waits", step("await sleep(600000)")));
  const child = sandbox.start("run", "loops", "waits", "--pack", "pack", "--jobs", "2");
  await expect
    .poll(
      async () => (await sandbox.events()).filter((line) => line.includes('"statement-started"')).length,
      {
        timeout: 30_000,
      },
    )
    .toBe(2);
  child.kill("SIGKILL");
  await expect.poll(() => sandbox.processes(), { timeout: 10_000 }).toEqual([]);
  await expect.poll(() => sandbox.leftovers(), { timeout: 10_000 }).toEqual([]);
}, 60_000);
