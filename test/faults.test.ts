import { describe, expect, test, vi } from "vitest";
import { type BrokenSubject, expectFailure } from "./testing/broken.ts";
import { Sandbox } from "./testing/qa.ts";

const GUARD = "OPENCLAW_QA_ALLOW_UPDATE_RUN_SELF";

/** One of each kind that fails at once; the others wait for a timeout and run at night (faults*.night.test.ts). */
const BROKEN: BrokenSubject[] = [
  ["config-invalid-rejected", "config-accept-invalid", /are refused/, /succeeded, and was expected to be/],
  [
    "chat-commands",
    "commands-reach-model",
    /model is not asked/,
    /is "THE-MODEL-ANSWERS", expected contains/,
  ],
  [
    "attached-gateway-smoke",
    "config-shows-secrets",
    /keeps the operator's token/,
    /config.get shows the operator token/,
  ],
  ["restart-coalescing", "restart-never-coalesces", /join each other/, /coalesced is false, expected true/],
];

describe.concurrent("with its subject broken, a scenario fails where it should", () => {
  test.for(BROKEN)("%s, %s", (subject, { onTestFinished }) => expectFailure(subject, onTestFinished));
});

test("without its guard, a destructive scenario is skipped and nothing is started for it", async () => {
  vi.stubEnv(GUARD, undefined);
  const sandbox = await Sandbox.create();
  const { exitCode, report } = await sandbox.qa("run", "--builtin", "--tag", "update");
  expect(exitCode).toBe(0);
  for (const { verdict, reason, gateway } of report?.scenarios ?? []) {
    expect(verdict).toBe("skipped");
    expect(reason).toContain(`Set ${GUARD}=1`);
    expect(gateway).toBeUndefined();
  }
  expect(report?.scenarios.length).toBeGreaterThan(5);
});

test("a destructive scenario is refused on a gateway that the runner did not install", async () => {
  vi.stubEnv("GATEWAY_QA_TOKEN", "none");
  const sandbox = await Sandbox.create();
  const { exitCode, stderr } = await sandbox.qa(
    "run",
    "update-run-package-self-upgrade",
    "--gateway",
    "ws://127.0.0.1:9",
  );
  expect(exitCode).toBe(2);
  expect(stderr).toContain("cannot run here");
});
