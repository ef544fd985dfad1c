import { readdir } from "node:fs/promises";
import { beforeAll, expect, test } from "vitest";
import { cacheFolder, ReleaseCache } from "../runner/gateway/openclaw/cache.ts";
import { runNpm } from "../runner/gateway/openclaw/npm.ts";
import { OpenClawKind } from "../runner/gateway/openclaw/openclaw.ts";
import { streamProgress } from "../runner/gateway/openclaw/progress.ts";
import { isAlive } from "../runner/gateway/testing/fixture.ts";
import { ROOT, Sandbox } from "./qa.ts";

const RELEASE = "2026.4.26";
/** Installing takes half a minute on a good day. */
const TIMEOUT_MS = 400_000;

/** Why the release cannot be run here; undefined when it can. */
async function obstacle(): Promise<string | undefined> {
  if (await new ReleaseCache(cacheFolder(process.env)).find(RELEASE)) return undefined;
  const { ok } = await runNpm(["view", `openclaw@${RELEASE}`, "version"], {
    cwd: import.meta.dirname,
    env: process.env,
    signal: AbortSignal.timeout(30_000),
  }).catch(() => ({ ok: false }));
  return ok ? undefined : `openclaw@${RELEASE} is not installed, and the package registry cannot be reached`;
}

let reason: string | undefined;

beforeAll(async () => {
  reason = await obstacle();
  if (reason !== undefined) return;
  const kind = new OpenClawKind(`openclaw@${RELEASE}`, {
    repoRoot: ROOT,
    cacheFolder: cacheFolder(process.env),
    env: process.env,
    progress: streamProgress(process.stderr),
  });
  await kind.install(new AbortController().signal);
}, TIMEOUT_MS);

test("a scenario passes unchanged on a published release, and leaves nothing", {
  timeout: TIMEOUT_MS,
}, async ({ skip }) => {
  skip(reason !== undefined, reason);
  const sandbox = await Sandbox.create();
  const { exitCode, stdout, report } = await sandbox.qa(
    "run",
    "plugin-lifecycle-hot-reload",
    "--gateway",
    `openclaw@${RELEASE}`,
  );
  expect(exitCode, stdout).toBe(0);
  expect(report?.scenarios[0]?.gateway).toMatchObject({ product: "OpenClaw", version: RELEASE, protocol: 3 });
  expect(await sandbox.processes()).toEqual([]);
  expect(await sandbox.leftovers()).toEqual([]);
});

test("a release does not outlive a run that was killed", { timeout: TIMEOUT_MS }, async ({ skip }) => {
  skip(reason !== undefined, reason);
  const sandbox = await Sandbox.create();
  const run = sandbox.start("run", "dm-chat-baseline", "--gateway", `openclaw@${RELEASE}`);
  const others = async () => (await sandbox.processes()).filter((pid) => pid !== run.pid && isAlive(pid));
  await expect.poll(async () => (await others()).length > 0, { timeout: TIMEOUT_MS / 2 }).toBe(true);
  run.kill("SIGKILL");
  await expect.poll(others, { timeout: 30_000 }).toEqual([]);
  await expect.poll(() => readdir(sandbox.tmp), { timeout: 30_000 }).toEqual([]);
});
