import { existsSync } from "node:fs";
import { chmod, mkdir, mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import { execa } from "execa";
import { beforeEach, expect, onTestFinished, test } from "vitest";
import { ReleaseCache } from "./cache.ts";
import { ensureInstalled, type InstallOptions } from "./install.ts";
import { pruneCache } from "./prune.ts";

/** Stands in for npm: counts its calls, and fails or hangs half way when the test says so. */
const NPM = `#!/usr/bin/env node
const fs = require("node:fs");
const path = require("node:path");
fs.appendFileSync(process.env.NPM_CALLS, "call\\n");
const { dependencies } = JSON.parse(fs.readFileSync("package.json", "utf8"));
const [name] = Object.keys(dependencies);
if (name !== "openclaw") {
  const bin = path.join("node_modules", name, "bin");
  fs.mkdirSync(bin, { recursive: true });
  fs.symlinkSync(process.execPath, path.join(bin, "node"));
  fs.writeFileSync(path.join("node_modules", name, "package.json"), '{"version":"99.1.0"}');
  return;
}
if (fs.existsSync(process.env.NPM_CALLS + ".fail")) { console.error("npm error code ETARGET"); process.exit(1); }
const dist = path.join("node_modules", "openclaw", "dist");
for (const plugin of ["memory-core", "speech-core", "other"]) {
  fs.mkdirSync(path.join(dist, "extensions", plugin), { recursive: true });
}
fs.writeFileSync(path.join("node_modules", "openclaw", "package.json"), JSON.stringify({ engines: { node: process.env.NODE_RANGE ?? ">=22" } }));
if (fs.existsSync(process.env.NPM_CALLS + ".hang")) { setInterval(() => {}, 1000); return; }
fs.writeFileSync(path.join(dist, "build-info.json"), '{"commit":"abc"}');
`;
const VERSION = "2026.4.26";

let folder: string;
let calls: string;
let options: InstallOptions;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "gateway-qa-install-"));
  onTestFinished(() => rm(folder, { recursive: true, force: true, maxRetries: 5 }));
  calls = join(folder, "calls");
  await mkdir(join(folder, "bin"));
  await writeFile(join(folder, "bin", "npm"), NPM);
  await chmod(join(folder, "bin", "npm"), 0o755);
  options = {
    cache: new ReleaseCache(join(folder, "cache")),
    env: { PATH: `${join(folder, "bin")}${delimiter}${process.env.PATH}`, NPM_CALLS: calls },
    progress: { note: () => {}, during: (_what, work) => work() },
    signal: new AbortController().signal,
  };
});

const callCount = async () => (await readFile(calls, "utf8")).split("\n").length - 1;

test("several at once install a release once; then it is there without npm", async () => {
  const installed = await Promise.all([1, 2, 3].map(() => ensureInstalled(VERSION, options)));
  expect(new Set(installed.map(({ root }) => root)).size).toBe(1);
  expect(await ensureInstalled(VERSION, options)).toMatchObject({ buildId: "abc", nodeRange: ">=22" });
  expect(await callCount()).toBe(1);
  expect(await readdir(installed[0]?.trimmedPluginsDir ?? "")).toEqual(["memory-core", "speech-core"]);
  expect(await readdir(options.cache.folder)).toEqual([VERSION]);
});

test("a release that needs another Node brings it along", async () => {
  const installed = await ensureInstalled(VERSION, {
    ...options,
    env: { ...options.env, NODE_RANGE: ">=99" },
  });
  expect(installed.node?.version).toBe("99.1.0");
  expect(installed.node?.file.startsWith(installed.root)).toBe(true);
  const { stdout } = await execa(installed.node?.file ?? "", ["--version"]);
  expect(stdout).toBe(process.version);
});

test("an install that fails says why and leaves nothing", async () => {
  await writeFile(`${calls}.fail`, "");
  await expect(ensureInstalled(VERSION, options)).rejects.toMatchObject({
    code: "release-install-failed",
    details: expect.stringContaining("ETARGET"),
  });
  expect(await readdir(options.cache.folder)).toEqual([]);
});

test("an abort ends npm and leaves nothing", async () => {
  await writeFile(`${calls}.hang`, "");
  const abort = new AbortController();
  const installing = ensureInstalled(VERSION, { ...options, signal: abort.signal });
  installing.catch(() => {});
  await until(() => existsSync(calls));
  abort.abort(new Error("interrupted"));
  await expect(installing).rejects.toThrow("interrupted");
  expect(await readdir(options.cache.folder)).toEqual([]);
});

test("an install that was killed does not count; the next one starts over", async () => {
  await writeFile(`${calls}.hang`, "");
  const script = join(import.meta.dirname, "testing", "install.ts");
  const killed = execa(process.execPath, [script, options.cache.folder, VERSION], {
    env: { ...options.env, NPM_CALLS: calls },
    reject: false,
  });
  await until(async () => {
    const [left] = await options.cache.leftovers();
    return left !== undefined && existsSync(join(left.folder, "node_modules", "openclaw", "package.json"));
  });
  killed.kill("SIGKILL");
  await killed;
  // The npm that it had started ends as well, and takes the half release along.
  await until(async () => (await options.cache.leftovers()).length === 0);
  await rm(`${calls}.hang`);

  expect(await options.cache.find(VERSION)).toBeUndefined();
  expect(await options.cache.list()).toEqual([]);
  expect((await ensureInstalled(VERSION, options)).buildId).toBe("abc");
});

test("a folder without its marker is not a release, and an install replaces it", async () => {
  const { root } = await ensureInstalled(VERSION, options);
  await rm(join(root, "installed.json"));
  expect(await options.cache.find(VERSION)).toBeUndefined();
  await ensureInstalled(VERSION, options);
  expect(await callCount()).toBe(2);
});

test("a release that is there stays when another process has installed it as well", async () => {
  const { root } = await ensureInstalled(VERSION, options);
  const inUse = join(root, "node_modules", "openclaw", "in-use");
  await writeFile(inUse, "");
  const staging = await options.cache.createStaging(VERSION);
  const marker = { version: VERSION, buildId: "other", nodeRange: "*", node: undefined };
  await options.cache.commit(staging, { ...marker, trimmedPluginsDir: undefined });
  expect(existsSync(inUse)).toBe(true);
  expect(await options.cache.find(VERSION)).toMatchObject({ buildId: "abc" });
  expect(await readdir(options.cache.folder)).toEqual([VERSION]);
});

test("prune removes leftovers and what has not been used for long, and nothing else", async () => {
  const { signal } = options;
  const { root } = await ensureInstalled(VERSION, options);
  const leftover = await options.cache.createStaging("2026.5.7");
  expect(await pruneCache(options.cache, { unusedForMs: 60_000, signal })).toEqual([leftover]);
  expect(await options.cache.list()).toHaveLength(1);
  const later = Date.now() + 120_000;
  expect(await pruneCache(options.cache, { unusedForMs: 60_000, signal, now: later })).toEqual([root]);
  expect(await readdir(options.cache.folder)).toEqual([]);
});

async function until(condition: () => unknown): Promise<void> {
  await expect.poll(condition, { timeout: 20_000, interval: 20 }).toBeTruthy();
}
