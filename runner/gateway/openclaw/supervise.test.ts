import { existsSync } from "node:fs";
import { mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { execa } from "execa";
import { beforeEach, expect, onTestFinished, test } from "vitest";
import { isAlive } from "../../base/testing/processes.ts";
import { watchedEnv } from "../process/watchdog-env.ts";
import { STARTED_LINE, supervisorArgument } from "./supervisor-job.ts";

const SUPERVISOR = join(import.meta.dirname, "supervise.ts");

/**
 * Stands in for a gateway. Its first life leaves a process of its own session behind, replaces its
 * package and ends as instructed; the second one stays.
 */
const GATEWAY = `
const { spawn } = require("node:child_process");
const fs = require("node:fs");
const path = require("node:path");
const [root, end] = process.argv.slice(2);
const manifest = path.join(root, "package.json");
const version = JSON.parse(fs.readFileSync(manifest, "utf8")).version;
const plugins = process.env.OPENCLAW_BUNDLED_PLUGINS_DIR;
const memory = plugins && fs.readFileSync(path.join(plugins, "memory-core", "code.js"), "utf8");
process.on("SIGTERM", () => { console.log("asked to end"); process.exit(0); });
console.log("serving", version, "with", memory);
setInterval(() => {}, 1000);
if (version === "2026.4.26" || end === "crash") {
  const helper = spawn(process.execPath, ["-e", "setInterval(() => {}, 1000)"], { detached: true, stdio: "ignore" });
  fs.writeFileSync(path.join(root, "..", "helper"), String(helper.pid));
  fs.writeFileSync(manifest, JSON.stringify({ version: "2026.4.27" }));
  fs.writeFileSync(path.join(root, "dist", "extensions", "memory-core", "code.js"), "new");
  process.exit(end === "crash" ? 3 : 0);
}
`;

let folder: string;
let packageRoot: string;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "gateway-qa-supervise-"));
  onTestFinished(() => rm(folder, { recursive: true, force: true, maxRetries: 5 }));
  packageRoot = join(folder, "package");
  for (const plugin of ["memory-core", "speech-core"]) {
    await mkdir(join(packageRoot, "dist", "extensions", plugin), { recursive: true });
  }
  await writeFile(join(packageRoot, "package.json"), JSON.stringify({ version: "2026.4.26" }));
  await writeFile(join(packageRoot, "dist", "extensions", "memory-core", "code.js"), "old");
  await writeFile(join(folder, "gateway.cjs"), GATEWAY);
});

function supervise({ respawn, end = "well" }: { respawn: boolean; end?: string }) {
  const args = [join(folder, "gateway.cjs"), packageRoot, end];
  const job = supervisorArgument({ node: process.execPath, args, packageRoot, scratch: folder, respawn });
  const supervisor = execa(process.execPath, [SUPERVISOR, job], {
    env: watchedEnv(process.env, join(folder, "swept")),
    reject: false,
  });
  let output = "";
  supervisor.stdout.on("data", (chunk) => {
    output += chunk;
  });
  const helper = async () => Number(await readFile(join(folder, "helper"), "utf8"));
  return { supervisor, helper, said: (text: string) => expect.poll(() => output).toContain(text) };
}

test("a gateway that ends for an update is started again as the version that is there now", async () => {
  const { supervisor, helper, said } = supervise({ respawn: true });
  await said("serving 2026.4.26 with old");
  await said("serving 2026.4.27 with new");
  supervisor.kill("SIGTERM");
  const { exitCode, stdout } = await supervisor;
  expect(exitCode).toBe(0);
  expect(stdout).toContain("asked to end");
  expect(stdout.split(STARTED_LINE)).toHaveLength(3);
  // It left the group, and yet does not outlive the supervisor.
  const pid = await helper();
  await expect.poll(() => isAlive(pid)).toBe(false);
});

test("a gateway that starts its successor itself is not started a second time", async () => {
  const { supervisor, helper, said } = supervise({ respawn: false });
  await said("serving 2026.4.26");
  await expect.poll(() => existsSync(join(folder, "helper"))).toBe(true);
  supervisor.kill("SIGTERM");
  const { exitCode, stdout } = await supervisor;
  expect(exitCode).toBe(0);
  expect(stdout.split(STARTED_LINE)).toHaveLength(2);
  const pid = await helper();
  await expect.poll(() => isAlive(pid)).toBe(false);
});

test("a gateway that crashes is not started again: the supervisor ends as it did", async () => {
  const { supervisor } = supervise({ respawn: true, end: "crash" });
  const { exitCode, stdout } = await supervisor;
  expect(exitCode).toBe(3);
  expect(stdout.split(STARTED_LINE)).toHaveLength(2);
});
