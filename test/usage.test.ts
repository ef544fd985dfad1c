import { existsSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import packageJson from "../package.json" with { type: "json" };
import { testAtNight } from "./testing/breadth.ts";
import { PNPM_QA, ROOT, Sandbox, scenarioText } from "./testing/qa.ts";

const PASSING = scenarioText(
  "passes",
  "  - name: adds\n    actions: [{ assert: '1 + 1 === Number(config.two)' }]",
  "execution: { config: { two: 2 } }\n",
);

describe("wrong command lines end with exit code 2 and say what was meant", () => {
  const BY_DAY = [
    [["rnu"], /unknown command 'rnu'[\s\S]*Did you mean run\?/],
    [["run"], /no scenario chosen/],
    [["run", "plugin-lifecycle-hot-relaod"], /Did you mean plugin-lifecycle-hot-reload\?/],
    [["run", "--builtin", "--tag", "chanels"], /no scenario has the tag chanels[\s\S]*Did you mean channel/],
    [["run", "--all", "--jobs", "0"], /whole number from 1 up/],
    [["check", "nowhere.md"], /no file or folder nowhere\.md/],
    [["run", "--pack", ""], /--pack.* is empty: is it a variable that is not set\?/],
  ] as const;
  const AT_NIGHT = [
    [["list", "--jsn"], /unknown option '--jsn'[\s\S]*Did you mean --json\?/],
    [["run", "zzz-*"], /no scenario id fits the glob zzz-\*/],
    [["run", "--all", "dm-chat-baseline"], /--all already chooses every scenario/],
    [["run", "dm-chat-baseline", "--gateway", "embeded"], /Did you mean embedded\?/],
    [["run", "dm-chat-baseline", "--pack", "nowhere"], /nowhere/],
    [["run", "dm-chat-baseline", "--reporter", "junitt"], /no reporter junitt[\s\S]*Did you mean `junit`\?/],
    [["run", "dm-chat-baseline", "--timeout", "600h"], /no longer than 596h/],
    [["check", join(ROOT, "runner/cli")], /runner\/cli holds no scenario/],
    [["run", "dm-chat-baseline", "--last-failed="], /--last-failed.* is empty/],
    [
      ["parity", "--gateways", "embedded,openclaw@1.0.0,openclaw@1.0.1", "--page"],
      /two gateways side by side/,
    ],
    [["bisect", "dm-chat-baseline", "--good", "2026.4.26"], /required option '--bad <release>'/],
    [["parity", "--gateways", "embedded,"], /--gateways.* One of the entries is empty/],
    [["check", ""], /an argument is empty/],
    [["gateway", "install", " "], /an argument is empty/],
  ] as const;

  async function wrong([args, message]: readonly [readonly string[], RegExp]): Promise<void> {
    const sandbox = await Sandbox.create();
    const { exitCode, stderr, report } = await sandbox.qa(...args);
    expect(stderr).toMatch(message);
    expect(stderr).not.toMatch(/^\s+at /m);
    expect(exitCode).toBe(2);
    expect(report).toBeUndefined();
  }
  test.for(BY_DAY)("qa %s", wrong);
  testAtNight.for(AT_NIGHT)("qa %s", wrong);
});

testAtNight(
  "another script is not this program, and one of another package is not either, whatever it is called",
  async () => {
    const sandbox = await Sandbox.create();
    await sandbox.write("only/mine.md", PASSING);
    await sandbox.write("sub/package.json", "{}");
    const script = { ...PNPM_QA, INIT_CWD: join(sandbox.folder, "sub") };
    const theirs = { ...script, npm_package_json: join(sandbox.folder, "sub/package.json") };
    const { exitCode, stdout } = await sandbox.qaWith(theirs, "check", "only");
    expect(stdout).toMatch(/1 file checked/);
    expect(exitCode).toBe(0);
    expect((await sandbox.qaWith(script, "check", "../only")).exitCode).toBe(0);
    const tests = { ...script, npm_lifecycle_event: "test", npm_lifecycle_script: "vitest run" };
    expect((await sandbox.qaWith(tests, "check", "only")).exitCode).toBe(0);
  },
);

test("a wrong command line leaves no report folder, also with a reporter that writes into it", async () => {
  const sandbox = await Sandbox.create();
  const out = ["--out", "later/report", "--reporter", "junit"];
  const { exitCode } = await sandbox.qa("run", "zzz-*", ...out);
  expect(exitCode).toBe(2);
  expect(existsSync(join(sandbox.folder, "later"))).toBe(false);
  await sandbox.write("file", "");
  const blocked = await sandbox.qa("run", "dm-chat-baseline", "--out", "file/report");
  expect(blocked).toMatchObject({ exitCode: 2, stderr: expect.stringContaining("cannot be written to") });
  for (const args of [
    ["run", "dm-chat-baseline", "--out", "/proc/nope"],
    ["merge", "later", "--out", "/proc/nope/x"],
  ]) {
    await sandbox.write("later/a", "");
    const impossible = await sandbox.qa(...args);
    expect(impossible).toMatchObject({
      exitCode: 2,
      stderr: expect.stringContaining("cannot be written to /proc/nope"),
    });
  }
});

testAtNight.for([[], ["run"], ["list"], ["check"], ["merge"], ["history"]])(
  "qa %s --help and --version",
  async (command) => {
    const sandbox = await Sandbox.create();
    const help = await sandbox.qa(...command, "--help");
    expect(help.exitCode).toBe(0);
    expect(help.stdout).toContain(`Usage: ${["qa", ...command].join(" ")}`);
    const version = await sandbox.qa(...command, "--version");
    expect(version).toMatchObject({ exitCode: 0, stdout: packageJson.version });
  },
);

test("the help of qa run is grouped by purpose, and ends with examples", async () => {
  const sandbox = await Sandbox.create();
  const { stdout } = await sandbox.qa("run", "--help");
  expect(stdout.match(/^[A-Z][\w ]+:$/gm)).toEqual([
    "Arguments:",
    "Choose scenarios:",
    "Gateway:",
    "Plugin:",
    "Model:",
    "Order and time:",
    "Report:",
    "Options:",
    "Examples:",
  ]);
  expect(stdout).toMatch(/\nExamples:(\n {2}\$ qa run .+){5}$/);
});

test("a report holds every option that was given, as a command and as values", async () => {
  const sandbox = await Sandbox.create();
  await sandbox.write("a pack/test/passes.md", PASSING);
  await sandbox.qa(
    ...["run", "passes", "--jobs", "1", "--timeout", "2m", "--retries", "1", "--bail", "--fail-on-flaky"],
    ...[
      "--pack",
      "a pack",
      "--reporter",
      "plain",
      "--out",
      "out",
      "--boot-ahead",
      "1",
      "--model",
      "scripted",
    ],
  );
  const written = await sandbox.reportIn("out");
  expect(written?.command).toBe(
    "pnpm qa run passes --model scripted --pack 'a pack' " +
      "--jobs 1 --retries 1 --fail-on-flaky --bail --timeout 2m --boot-ahead 1 --out out --reporter plain",
  );
  expect(written?.options).toEqual({
    ids: ["passes"],
    pack: ["a pack"],
    model: "scripted",
    jobs: 1,
    retries: 1,
    failOnFlaky: true,
    bail: true,
    timeout: 120_000,
    bootAhead: 1,
    out: "out",
    reporter: ["plain"],
  });
});

describe("scenario files with errors", () => {
  test("a chosen one ends with exit code 3 before anything boots, with its place", async () => {
    const sandbox = await Sandbox.create();
    await sandbox.write("pack/test/broken.md", PASSING.replace("Number(", "Numbr("));
    const { exitCode, stderr, report } = await sandbox.qa("run", "passes", "--pack", "pack");
    expect(exitCode).toBe(3);
    expect(stderr).toMatch(/pack\/test\/broken\.md:15:36 {2}error[\s\S]*Numbr[\s\S]*Did you mean `?Number/);
    expect(report).toBeUndefined();
  });

  test("one that was not chosen does not matter, except to --all", async () => {
    const sandbox = await Sandbox.create();
    await sandbox.write("pack/test/passes.md", PASSING);
    await sandbox.write("pack/test/broken.md", "---\nid: broken\n---\n");
    const one = await sandbox.qa("run", "passes", "--pack", "pack");
    expect(one.exitCode).toBe(0);
    const all = await sandbox.qa("run", "--all", "--pack", "pack", "--out", "all");
    expect(all.exitCode).toBe(3);
    const named = await sandbox.qa("run", "broken", "--pack", "pack", "--out", "named");
    expect(named.exitCode).toBe(3);
    expect(named.stderr).toContain("pack/test/broken.md");
  });

  test("qa check --json reports files and diagnostics", async () => {
    const sandbox = await Sandbox.create();
    await sandbox.write("pack/test/broken.md", PASSING.replace("Number(", "Numbr("));
    const { exitCode, stdout } = await sandbox.qa("check", "pack", "--json");
    expect(exitCode).toBe(3);
    expect(JSON.parse(stdout)).toEqual({
      files: ["pack/test/broken.md"],
      diagnostics: [
        {
          file: "pack/test/broken.md",
          line: 15,
          column: expect.any(Number),
          endLine: 15,
          endColumn: expect.any(Number),
          code: "unknown-name",
          severity: "error",
          message: expect.stringContaining("Numbr"),
          hint: expect.stringContaining("Number"),
          fix: { line: 15, column: expect.any(Number), endColumn: expect.any(Number), text: "Number" },
        },
      ],
    });
  });

  test("this repository's scenarios have none", async () => {
    const sandbox = await Sandbox.create();
    const { exitCode, stdout } = await sandbox.qaWith(PNPM_QA, "check");
    expect(stdout).toMatch(/0 errors, 0 warnings/);
    expect(exitCode).toBe(0);
  });
});

test("qa list names every scenario, as a table and as JSON", async () => {
  const sandbox = await Sandbox.create();
  const table = await sandbox.qa("list", "--builtin");
  const { scenarios } = JSON.parse((await sandbox.qa("list", "--builtin", "--json")).stdout);
  expect(scenarios.length).toBeGreaterThanOrEqual(9);
  for (const { id, title, theme } of scenarios) {
    expect(table.stdout).toContain(id);
    expect(table.stdout).toContain(title);
    expect(theme).not.toBe("");
  }
});

describe("guards and requirements", () => {
  const GUARDED = PASSING.replace("---\n\n", "risk: destructive\n---\n\n").replace(
    "{ two: 2 }",
    "{ two: 2, allowEnv: QA_TEST_ALLOW }",
  );

  test("a guarded scenario is skipped without its variable, and the hint says what to set", async () => {
    const sandbox = await Sandbox.create();
    await sandbox.write("pack/test/guarded.md", GUARDED);
    const { exitCode, report } = await sandbox.qa("run", "--tag", "test.passes", "--pack", "pack");
    expect(report?.scenarios[0]).toMatchObject({
      verdict: "skipped",
      reason: expect.stringContaining("QA_TEST_ALLOW=1"),
    });
    expect(exitCode).toBe(0);
    expect((await sandbox.qa("run", "passes", "--pack", "pack")).exitCode).toBe(4);
  });

  test("what needs another model is skipped by --tag and is an error when named", async () => {
    const sandbox = await Sandbox.create();
    await sandbox.write(
      "pack/test/live.md",
      PASSING.replace("{ two: 2 }", "{ two: 2, requiredProviderMode: live-frontier }"),
    );
    await sandbox.write("pack/test/other.md", PASSING.replaceAll("passes", "other"));
    const { exitCode, report } = await sandbox.qa("run", "--tag", "test", "--pack", "pack");
    expect(exitCode).toBe(0);
    expect(report?.scenarios.map(({ id, verdict }) => [id, verdict])).toEqual([
      ["passes", "skipped"],
      ["other", "passed"],
    ]);
    const named = await sandbox.qa("run", "passes", "--pack", "pack");
    expect(named.exitCode).toBe(2);
    expect(named.stderr).toMatch(/passes cannot run here: it needs the model mode live-frontier/);
  });
});
