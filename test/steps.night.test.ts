import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { ROOT, Sandbox } from "./testing/qa.ts";

const PACK = join(ROOT, "test/testing/steps-pack");

test.concurrent("the other worked examples run", async ({ onTestFinished }) => {
  const sandbox = await Sandbox.create(onTestFinished);
  const ids = ["restart-deferral-during-turn", "supervisor-crash-loop"];
  const { exitCode, stdout } = await sandbox.qa("run", ...ids, "--pack", PACK);
  expect(exitCode, stdout).toBe(0);
});

test.concurrent("events that come in another order fail", async ({ onTestFinished }) => {
  const sandbox = await Sandbox.create(onTestFinished);
  const text = await readFile(join(PACK, "restart/restart-deferral-during-turn.md"), "utf8");
  const swapped = text.replace(/( {4}- expectMessage.*\n {6}times: 1\n)( {4}- expectRestart\n)/, "$2$1");
  expect(swapped).not.toBe(text);
  await sandbox.write("pack/swapped.md", swapped);
  const { exitCode, report, stdout } = await sandbox.qa("run", "--pack", "pack");
  expect(report?.scenarios[0]?.failure?.message, stdout).toMatch(
    /expectMessage came \d+ ms before expectRestart/,
  );
  expect(exitCode).toBe(1);
});

type Broken = [scenario: string, fault: string, step: RegExp, statement: RegExp, message: RegExp];

/** A worked example, the fault that breaks its subject, where it fails, and what it says. */
const BROKEN: Broken[] = [
  [
    "plugin-lifecycle-hot-reload",
    "skills-ignore-disabled",
    /switches it off/,
    /^expectSkill/,
    /skill lifecycle-marker: eligible is true, expected false/,
  ],
  [
    "plugin-lifecycle-hot-reload",
    "skills-catalogue-stale",
    /switches it on again/,
    /^ask/,
    /text is .*MARKER-/,
  ],
  ["plugin-lifecycle-hot-reload", "reload-drop", /switches it off/, /^patchConfig/, /never applied it/],
  [
    "plugin-lifecycle-hot-reload",
    "reload-always-restart",
    /switches it off/,
    /^patchConfig/,
    /outcome is "restart", expected "hot"/,
  ],
  [
    "restart-deferral-during-turn",
    "restart-ignores-work",
    /the restart waits/,
    /^expectLog/,
    /a line of the log that fits did not come/,
  ],
  ["channel-reconnect-dedupe", "channel-duplicate-inbound", /only what is new/, /^expect/, /reply|message/],
  ["channel-reconnect-dedupe", "reload-always-restart", /only what is new/, /^expectReload/, /"restart"/],
  ["supervisor-crash-loop", "supervisor-never-gives-up", /then given up/, /^gatewayCli/, /took longer/],
];

describe.concurrent("with its subject broken, a worked example fails where it should", () => {
  test.for(BROKEN)("%s, %s", async ([scenario, fault, step, statement, message], { onTestFinished }) => {
    const sandbox = await Sandbox.create(onTestFinished);
    const { exitCode, report, stdout } = await sandbox.qa("run", scenario, "--pack", PACK, "--fault", fault);
    expect(report?.scenarios[0]?.failure, stdout).toMatchObject({
      fault: "product",
      code: "expectation-failed",
      step: { name: expect.stringMatching(step) },
      statement: expect.stringMatching(statement),
      message: expect.stringMatching(message),
    });
    expect(exitCode).toBe(1);
  });
});
