import { beforeEach, expect, test, vi } from "vitest";
import { cacheFolder, ReleaseCache } from "../runner/gateway/openclaw/cache.ts";
import { Sandbox } from "./testing/qa.ts";

const SOURCE = "2026.4.26";
const TARGET = "2026.9.6";
/** Three gateways and two updates by npm, on a machine that has more to do. */
const TIMEOUT_MS = 2_700_000;

interface Finding {
  what: string;
  ok: boolean;
  seen: string;
}

beforeEach(() => {
  vi.stubEnv("OPENCLAW_QA_ALLOW_UPDATE_RUN_SELF", "1");
});

const seenOf = ({ findings }: { findings: Finding[] }, wanted: string) =>
  findings.find(({ what }) => what === wanted)?.seen;
const brokenIn = (findings: readonly Finding[]) => findings.filter(({ ok }) => !ok).map(({ what }) => what);

test("a published release is installed, and updated to from another, both ways", {
  timeout: TIMEOUT_MS,
}, async ({ skip }) => {
  const cache = new ReleaseCache(cacheFolder(process.env));
  for (const version of [SOURCE, TARGET]) {
    skip((await cache.find(version)) === undefined, `openclaw@${version} is not installed`);
  }
  const sandbox = await Sandbox.create();
  const { stdout, exitCode } = await sandbox.qa(
    ...["release-check", "--from", `openclaw@${SOURCE}`, "--to", `openclaw@${TARGET}`, "--json"],
  );
  const { fresh, routes, passed } = JSON.parse(stdout);
  expect(fresh, stdout).toMatchObject({ passed: true });
  const [shell, rpc] = routes;
  const updated = { what: "version after", ok: true, seen: TARGET };
  expect(shell, stdout).toMatchObject({ passed: true, findings: expect.arrayContaining([updated]) });
  expect(seenOf(shell, "the update's own verdict"), stdout).toBe("exit code 0");
  expect(seenOf(shell, "update status"), stdout).toMatch(/^answered: /);
  // Whenever it ends, 2026.4.26 looks for a file that it has not loaded before (openclaw/openclaw#75206).
  expect(brokenIn(rpc.findings), stdout).toEqual(["the log"]);
  expect(seenOf(rpc, "the log"), stdout).toMatch(/ERR_MODULE_NOT_FOUND.*\/openclaw\/dist\//);
  expect(rpc.findings, stdout).toContainEqual(updated);
  expect([exitCode, passed]).toEqual([1, false]);
  expect(await sandbox.processes()).toEqual([]);
  expect(await sandbox.leftovers()).toEqual([]);
});
