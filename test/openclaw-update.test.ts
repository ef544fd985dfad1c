import { globSync } from "node:fs";
import { readdir } from "node:fs/promises";
import { join } from "node:path";
import { beforeAll, beforeEach, expect, test, vi } from "vitest";
import { isAlive } from "../runner/base/testing/processes.ts";
import { runNpm } from "../runner/gateway/npm/npm.ts";
import { cacheFolder, ReleaseCache } from "../runner/gateway/openclaw/cache.ts";
import { startProvider } from "./testing/provider.ts";
import { Sandbox } from "./testing/qa.ts";
import { SELF_UPDATE, SELF_UPDATE_GUARD, SELF_UPDATE_ID } from "./testing/upstream-files.ts";

const SOURCE = "2026.4.26";
const TARGET = "2026.4.27";
const REHEARSAL = [
  ...["run", "update-run-package-self-upgrade"],
  ...["--gateway", `openclaw@${SOURCE}`, "--update-to", TARGET],
];
/** It takes 50 s on an idle machine; two installs by npm are most of it. */
const TIMEOUT_MS = 600_000;

/** Why no release can be updated here; undefined when one can. */
async function obstacle(): Promise<string | undefined> {
  if (!(await new ReleaseCache(cacheFolder(process.env)).find(SOURCE)))
    return `openclaw@${SOURCE} is not installed`;
  const { ok } = await runNpm(["view", `openclaw@${TARGET}`, "version", "--prefer-online"], {
    cwd: import.meta.dirname,
    env: process.env,
    signal: AbortSignal.timeout(60_000),
  }).catch(() => ({ ok: false }));
  return ok ? undefined : "the package registry cannot be reached";
}

let reason: string | undefined;

beforeAll(async () => {
  reason = await obstacle();
}, TIMEOUT_MS);

beforeEach(() => {
  vi.stubEnv(SELF_UPDATE_GUARD, "1");
});

test("a release updates itself, and shows at most the one flaw that is known of it", {
  timeout: TIMEOUT_MS,
}, async ({ skip }) => {
  skip(reason !== undefined, reason);
  const sandbox = await Sandbox.create();
  const { exitCode, stdout, report } = await sandbox.qa(...REHEARSAL);
  const scenario = report?.scenarios[0];
  expect(scenario?.steps, stdout).toHaveLength(5);
  expect(scenario?.steps.slice(0, 4), stdout).toMatchObject([
    { status: "passed", details: expect.stringContaining(`version ${SOURCE}`) },
    { status: "passed", details: expect.stringMatching(/version 2026\.4\.27, .* away for \d+ ms/) },
    { status: "passed", details: expect.stringContaining("update.run complete") },
    { status: "passed", details: expect.stringMatching(/global update \d+ ms, global install swap \d+ ms/) },
  ]);
  // It looks for files of its package after it has replaced them, until it exits (openclaw/openclaw#75206). Whether
  // it needs one of them in that time is a race in the release.
  const sawFlaw = scenario?.steps[4]?.status !== "passed";
  const flaw = {
    code: "log-sentinel",
    fault: "product",
    step: { index: 4 },
    details: expect.stringMatching(/ERR_MODULE_NOT_FOUND/),
  };
  expect(scenario).toMatchObject(
    sawFlaw ? { verdict: "failed", failure: flaw } : { verdict: "passed", attempts: [{ verdict: "passed" }] },
  );
  expect(exitCode).toBe(sawFlaw ? 1 : 0);
  expect(await sandbox.processes()).toEqual([]);
  expect(await sandbox.leftovers()).toEqual([]);
});

test("an update in upstream's form runs as it is on a release", { timeout: TIMEOUT_MS }, async ({ skip }) => {
  skip(reason !== undefined, reason);
  const KEY = "a-key-of-this-test";
  const { baseUrl } = await startProvider(KEY);
  const sandbox = await Sandbox.create();
  await sandbox.write(`pack/${SELF_UPDATE_ID}.md`, SELF_UPDATE);
  const { exitCode, stdout, report } = await sandbox.qaWith(
    {
      GATEWAY_QA_LIVE_API_KEY: KEY,
      GATEWAY_QA_LIVE_BASE_URL: baseUrl,
      GATEWAY_QA_LIVE_MODEL: "a-model",
    },
    ...["run", SELF_UPDATE_ID, "--pack", "pack", "--model", "live"],
    ...["--gateway", `openclaw@${SOURCE}`, "--update-to", TARGET],
  );
  expect(report?.scenarios, stdout).toMatchObject([
    {
      id: SELF_UPDATE_ID,
      verdict: "passed",
      steps: [{ details: expect.stringContaining(`from ${SOURCE}`) }],
    },
  ]);
  expect(exitCode).toBe(0);
  expect(await sandbox.leftovers()).toEqual([]);
});

test("a run that is killed in the middle of an update leaves nothing, and the cache as it was", {
  timeout: TIMEOUT_MS,
}, async ({ skip }) => {
  skip(reason !== undefined, reason);
  const cache = new ReleaseCache(cacheFolder(process.env));
  const cached = async () => readdir((await cache.find(SOURCE))?.packageRoot ?? "").catch(() => []);
  const before = await cached();
  const sandbox = await Sandbox.create();
  const run = sandbox.start(...REHEARSAL);
  const staged = join("gateway-qa-*", "prefix", "lib", "node_modules", ".openclaw-update-stage-*", "lib");
  await expect
    .poll(() => globSync(staged, { cwd: sandbox.tmp }), { timeout: TIMEOUT_MS / 2 })
    .toHaveLength(1);
  run.kill("SIGKILL");
  const others = async () => (await sandbox.processes()).filter((pid) => pid !== run.pid && isAlive(pid));
  await expect.poll(others, { timeout: 60_000 }).toEqual([]);
  // A gigabyte in a hundred thousand files.
  await expect.poll(() => readdir(sandbox.tmp), { timeout: 120_000 }).toEqual([]);
  expect(before.length).toBeGreaterThan(0);
  expect(await cached()).toEqual(before);
});
