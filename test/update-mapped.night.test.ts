import { expect, onTestFinished, test, vi } from "vitest";
import { startProvider } from "./testing/provider.ts";
import { Sandbox } from "./testing/qa.ts";
import { SELF_UPDATE_GUARD as GUARD, SELF_UPDATE_ID as ID, SELF_UPDATE } from "./testing/upstream-files.ts";

const KEY = "a-key-of-this-test";

async function run(guard: string | undefined) {
  const provider = await startProvider(KEY);
  const environment = {
    GATEWAY_QA_LIVE_API_KEY: KEY,
    GATEWAY_QA_LIVE_BASE_URL: provider.baseUrl,
    GATEWAY_QA_LIVE_MODEL: "a-model",
    [GUARD]: guard,
  };
  for (const [name, value] of Object.entries(environment)) vi.stubEnv(name, value);
  onTestFinished(() => {
    vi.unstubAllEnvs();
  });
  const sandbox = await Sandbox.create();
  await sandbox.write(`pack/qa/scenarios/runtime/${ID}.md`, SELF_UPDATE);
  return sandbox.qa("run", ID, "--pack", "pack", "--model", "live");
}

test("an update that names a published release runs on the embedded gateway's own, which is said first", async () => {
  const { exitCode, report, stdout, stderr } = await run("1");
  expect(stderr.split("\n")[0]).toBe(
    `note: ${ID}: the embedded gateway has no release 2026.4.26: 1.0.0 (previous) updates itself to 1.1.0 (latest) instead`,
  );
  expect(report?.scenarios, stdout).toMatchObject([
    { id: ID, verdict: "passed", steps: [{ details: "from 1.0.0, now 1.1.0, ok" }] },
  ]);
  expect(exitCode).toBe(0);
});

test("without its guard it is skipped, and not a pass", async () => {
  const { exitCode, report, stderr } = await run(undefined);
  expect(report?.scenarios).toMatchObject([{ id: ID, verdict: "skipped" }]);
  expect(stderr).not.toContain("note:");
  expect(exitCode).toBe(4);
});
