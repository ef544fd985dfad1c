import { once } from "node:events";
import { readdir } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, onTestFinished, test, vi } from "vitest";
import { runNpm } from "../runner/gateway/npm/npm.ts";
import { ReleaseCache } from "../runner/gateway/openclaw/cache.ts";
import { HalfRegistry } from "./testing/half-registry.ts";
import { expectNothingLeft } from "./testing/left.ts";
import { Sandbox } from "./testing/qa.ts";

/** Small, and made by the test. Needs no trimming. */
const SMALL = "2026.8.1";
const REAL = "2026.4.26";
/** The lock of a killed process is waited for. */
const TIMEOUT_MS = 120_000;

/** A sandbox whose runs have a cache of their own. */
async function withOwnCache(): Promise<{ sandbox: Sandbox; cache: ReleaseCache }> {
  const sandbox = await Sandbox.create();
  vi.stubEnv("GATEWAY_QA_CACHE", join(sandbox.folder, "cache"));
  onTestFinished(() => {
    vi.unstubAllEnvs();
  });
  return { sandbox, cache: new ReleaseCache(join(sandbox.folder, "cache", "openclaw")) };
}

async function listed(sandbox: Sandbox): Promise<string[]> {
  const { exitCode, stdout } = await sandbox.qa("gateway", "list", "--json");
  expect(exitCode).toBe(0);
  const { releases } = JSON.parse(stdout) as { releases: { version: string }[] };
  return releases.map(({ version }) => version);
}

describe.each(["SIGKILL", "SIGINT"] as const)("a run that is ended with %s while it installs", (signal) => {
  test("leaves no half release, and the next one installs it", { timeout: TIMEOUT_MS }, async () => {
    const { sandbox, cache } = await withOwnCache();
    const registry = await HalfRegistry.start(join(sandbox.folder, "package"), SMALL);
    vi.stubEnv("npm_config_registry", registry.url);
    vi.stubEnv("npm_config_cache", join(sandbox.folder, "npm"));

    const run = sandbox.start("run", "dm-chat-baseline", "--gateway", `openclaw@${SMALL}`);
    const exited = once(run, "exit");
    await expect.poll(() => registry.halves, { timeout: TIMEOUT_MS / 2 }).toBe(1);
    expect(await cache.leftovers()).toHaveLength(1);
    process.kill(signal === "SIGINT" ? -(run.pid ?? 0) : (run.pid ?? 0), signal);
    const [exitCode] = await exited;
    expect(exitCode).toBe(signal === "SIGINT" ? 130 : null);

    await expectNothingLeft(sandbox);
    await expect.poll(() => cache.leftovers(), { timeout: 60_000 }).toEqual([]);
    expect(await listed(sandbox)).toEqual([]);

    registry.deliver();
    const again = await sandbox.qa("gateway", "install", SMALL);
    expect(again.exitCode, again.stderr).toBe(0);
    expect(await listed(sandbox)).toEqual([SMALL]);
    expect(await cache.leftovers()).toEqual([]);
  });
});

test("the install of a published release that was killed leaves nothing of its hundreds of megabytes", {
  timeout: TIMEOUT_MS,
}, async ({ skip }) => {
  const { ok } = await runNpm(["view", `openclaw@${REAL}`, "version"], {
    cwd: import.meta.dirname,
    env: process.env,
    signal: AbortSignal.timeout(30_000),
  }).catch(() => ({ ok: false }));
  skip(!ok, "the package registry cannot be reached");
  const { sandbox, cache } = await withOwnCache();
  const install = sandbox.start("gateway", "install", REAL);
  const exited = once(install, "exit");
  const isWriting = async () => {
    const [staging] = await cache.leftovers();
    return staging && (await readdir(join(staging.folder, "node_modules")).catch(() => [])).length > 0;
  };
  await expect.poll(isWriting, { timeout: TIMEOUT_MS / 2, interval: 20 }).toBe(true);
  install.kill("SIGKILL");
  await exited;
  await expectNothingLeft(sandbox, 30_000);
  // A separate process removes it, and a disk may be busy.
  await expect.poll(() => cache.leftovers(), { timeout: 60_000 }).toEqual([]);
  expect(await listed(sandbox)).toEqual([]);
});
