import { mkdtemp, readdir, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { startSmallRegistry } from "../../../test/testing/small-registry.ts";
import { ensureTool } from "./tool.ts";

const TOOL = { name: "small-tool", version: "1.2.3", purpose: "which this test needs" };
const PACKAGE = {
  "package.json": JSON.stringify({
    name: "small-tool",
    version: "1.2.3",
    scripts: { postinstall: "touch ran" },
  }),
  "index.js": "",
};

let folder: string;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "qa-tool-"));
  vi.stubEnv("GATEWAY_QA_CACHE", join(folder, "cache"));
  vi.stubEnv("npm_config_fetch_retries", "0");
});

afterEach(async () => {
  vi.unstubAllEnvs();
  await rm(folder, { recursive: true, force: true, maxRetries: 5 });
});

test("a tool is installed once, whoever asks at the same time, and runs no script of its own", async () => {
  const registry = await startSmallRegistry(join(folder, "packages"), [PACKAGE]);
  vi.stubEnv("npm_config_registry", registry.url);
  // Packing has left the package in the other cache.
  vi.stubEnv("npm_config_cache", join(folder, "npm"));
  const ask = () => ensureTool(TOOL, new AbortController().signal);
  const [one, other] = await Promise.all([ask(), ask()]);
  expect(one).toBe(join(folder, "cache/tools/small-tool-1.2.3"));
  expect(other).toBe(one);
  expect(registry.fetched).toEqual(["small-tool"]);
  expect(await readdir(join(one, "node_modules/small-tool"))).toEqual(["index.js", "package.json"]);
  registry.close();
  expect(await ask()).toBe(one);
});

test("a registry that cannot be reached is a named problem that says what works without it, and leaves nothing", async () => {
  const registry = await startSmallRegistry(join(folder, "packages"), [PACKAGE]);
  registry.close();
  vi.stubEnv("npm_config_registry", registry.url);
  await expect(ensureTool(TOOL, new AbortController().signal)).rejects.toMatchObject({
    code: "tool-install-failed",
    fault: "environment",
    message: "small-tool@1.2.3 could not be installed, which this test needs",
    hint: expect.stringContaining("scenarios that update no gateway run without it"),
    details: expect.stringContaining("ECONNREFUSED"),
  });
  const left = await readdir(join(folder, "cache/tools"));
  expect(left.filter((name) => name === "small-tool-1.2.3")).toEqual([]);
});

test("an interrupt ends the installation", async () => {
  const registry = await startSmallRegistry(join(folder, "packages"), [PACKAGE]);
  vi.stubEnv("npm_config_registry", registry.url);
  const reason = new Error("interrupted");
  await expect(ensureTool(TOOL, AbortSignal.abort(reason))).rejects.toBe(reason);
  expect(registry.fetched).toEqual([]);
});
