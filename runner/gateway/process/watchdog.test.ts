import { existsSync } from "node:fs";
import { mkdir, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { execa } from "execa";
import { expect, onTestFinished, test } from "vitest";
import { WATCHDOG } from "./watchdog-env.ts";

/** Long enough for the watchdog to look several times. */
const LIVES = "setTimeout(() => console.log('still here'), 1200)";

async function watched(env: (gone: number, folder: string) => Record<string, string>) {
  const folder = await mkdtemp(join(tmpdir(), "gateway-qa-watchdog-"));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  // What a watchdog without a folder would take for one.
  for (const name of ["root", "undefined", "relative"]) await mkdir(join(folder, name));
  const gone = execa(process.execPath, ["--version"]);
  await gone;
  const { stdout, signal } = await execa(process.execPath, ["--import", WATCHDOG, "-e", LIVES], {
    cwd: folder,
    env: env(gone.pid ?? 0, join(folder, "root")),
    extendEnv: false,
    detached: true,
    reject: false,
  });
  return { stdout, signal, folder };
}

test.for([
  ["nothing at all", () => ({})],
  ["no run", (_: number, root: string) => ({ OPENCLAW_QA_TEMP_ROOT: root })],
  ["no folder", (gone: number) => ({ OPENCLAW_QA_PARENT_PID: `${gone}` })],
  [
    "a relative folder",
    (gone: number) => ({ OPENCLAW_QA_PARENT_PID: `${gone}`, OPENCLAW_QA_TEMP_ROOT: "relative" }),
  ],
  [
    "a run that is not a process",
    (_: number, root: string) => ({ OPENCLAW_QA_PARENT_PID: "run", OPENCLAW_QA_TEMP_ROOT: root }),
  ],
] as const)("a process that was given %s lives, and nothing is removed", async ([, env]) => {
  const { stdout, signal, folder } = await watched(env);
  expect(signal).toBeUndefined();
  expect(stdout).toBe("still here");
  for (const name of ["root", "undefined", "relative"]) expect(existsSync(join(folder, name))).toBe(true);
});

test("a process whose run is gone ends, and its folder with it", async () => {
  const { stdout, signal, folder } = await watched((gone, root) => ({
    OPENCLAW_QA_PARENT_PID: `${gone}`,
    OPENCLAW_QA_TEMP_ROOT: root,
  }));
  expect([stdout, signal]).toEqual(["", "SIGKILL"]);
  await expect.poll(() => existsSync(join(folder, "root"))).toBe(false);
  expect(existsSync(folder)).toBe(true);
});
