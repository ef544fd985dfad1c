import { readdir } from "node:fs/promises";
import { beforeEach, describe, expect, test, vi } from "vitest";
import { type BrokenSubject, expectFailure } from "./testing/broken.ts";
import { Sandbox } from "./testing/qa.ts";

const GUARD = "OPENCLAW_QA_ALLOW_UPDATE_RUN_SELF";

/** As in faults.night.test.ts: every update scenario has been seen to fail where its subject is broken. */
const BROKEN: BrokenSubject[] = [
  ["update-run-package-self-upgrade", "update-drops-note", /hears of it once/, /a message/],
  [
    "update-failed-keeps-old",
    "update-skip-checks",
    /missing file is refused/,
    /result.reason is .*, expected "inventory-mismatch"/,
  ],
  [
    "update-target-refused",
    "update-skip-checks",
    /does not start is refused/,
    /status is "?ok"?, expected "error"|what it printed/,
  ],
  ["update-downgrade-asks", "update-never-asks", /Without a confirmation/, /ok is true, expected false/],
  [
    "update-status-after",
    "update-forgets-restart",
    /ends when the new version runs/,
    /what it printed: .*restart: null/,
  ],
  [
    "update-while-turn-runs",
    "update-waits-for-work",
    /before the turn is released/,
    /restart.delayMs is 1000, expected 0/,
  ],
  ["update-stale-chunk", "update-waits-for-work", /old process does not live on/, /did not restart/],
];

const LIVES_ON = `---
risk: destructive
execution:
  config: { allowEnv: ${GUARD}, sourceVersion: 1.0.0 }
---
# An old process that lives on

## The package is replaced

~~~yaml qa-step
- rpc: update.run
  params: { restartDelayMs: 60000 }
  within: 60s
  answer: { ok: true }
~~~

## A first turn

~~~yaml qa-step
- ask: "Reply exactly: here"
~~~
`;

beforeEach(() => {
  vi.stubEnv(GUARD, "1");
});

describe("with its subject broken, an update scenario fails where it should", () => {
  // Each of them starts a registry and several gateways: one at a time.
  test.for(BROKEN)("%s, %s", { timeout: 240_000 }, (subject, { onTestFinished }) =>
    expectFailure(subject, onTestFinished),
  );

  test("without a rollback, the supervisor gives up on a release that does not start", {
    timeout: 240_000,
  }, async () => {
    const sandbox = await Sandbox.create();
    const { report, stdout } = await sandbox.qa(
      "run",
      "update-broken-rolls-back",
      "--fault",
      "supervisor-no-rollback",
    );
    expect(report?.scenarios[0]?.failure?.message, stdout).toMatch(/ended unexpectedly/);
    expect(report?.scenarios[0]?.failure?.details, stdout).toMatch(/5 times in a row/);
  });
});

/** What the restart at once is for: the files that the old process has not loaded yet are gone. */
test("an old process that lives on after an update misses its code", { timeout: 240_000 }, async () => {
  const sandbox = await Sandbox.create();
  await sandbox.write("pack/lives-on.md", LIVES_ON);
  const run = ["run", "lives-on", "--pack", "pack", "--fault", "update-waits-for-work"];
  const { exitCode, report, stdout } = await sandbox.qa(...run);
  expect(report?.scenarios[0]?.failure, stdout).toMatchObject({
    message: expect.stringMatching(/ended with error: .*(?:Cannot find module|ERR_MODULE_NOT_FOUND)/),
    step: { name: "A first turn" },
  });
  expect(exitCode).toBe(1);
});

test("an update on an install of its own passes and leaves nothing behind", {
  timeout: 240_000,
}, async () => {
  const sandbox = await Sandbox.create();
  const { exitCode, stdout } = await sandbox.qa("run", "update-run-package-self-upgrade");
  expect(exitCode, stdout).toBe(0);
  expect(await sandbox.processes()).toEqual([]);
  expect(await readdir(sandbox.tmp)).toEqual([]);
});

test("a release check fails on a release that does not start", { timeout: 240_000 }, async () => {
  const sandbox = await Sandbox.create();
  const { exitCode, stdout } = await sandbox.qa(
    ...["release-check", "--from", "1.0.0", "--to", "1.1.3", "--json"],
  );
  expect(exitCode, stdout).toBe(1);
  const { passed, routes } = JSON.parse(stdout);
  expect(passed).toBe(false);
  for (const { route, findings } of routes) {
    const verdict = findings.find(({ what }: { what: string }) => what === "the update's own verdict");
    expect(verdict, route).toMatchObject({ ok: false, seen: expect.stringContaining("boot-check-failed") });
  }
  expect(await sandbox.processes()).toEqual([]);
});
