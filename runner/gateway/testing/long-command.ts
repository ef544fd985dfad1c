import { mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, onTestFinished } from "vitest";
import { isAlive, killIfAlive } from "../../base/testing/processes.ts";

/** A command line that starts a program, which runs for good and holds the command's output open. */
const COMMAND = `
import { spawn } from "node:child_process";
import { writeFileSync } from "node:fs";
const child = spawn(process.execPath, ["-e", "setInterval(() => {}, 1000)"], { stdio: "inherit" });
writeFileSync(process.argv[2], JSON.stringify([process.pid, child.pid]));
setInterval(() => {}, 1000);
`;

export interface LongCommand {
  /** Arguments of Node that start it. */
  args: string[];
  /** An empty folder. */
  tempRoot: string;
  /** Resolves when the command and the program that it starts are running. */
  started(): Promise<void>;
  /** Resolves when neither runs. */
  ended(): Promise<void>;
}

/** Writes a command that does not end on its own; what is left of it ends with the test. */
export async function longCommand(): Promise<LongCommand> {
  const folder = await mkdtemp(join(tmpdir(), "gateway-qa-cli-"));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  const tempRoot = join(folder, "gateway");
  await mkdir(tempRoot);
  const file = join(folder, "command.mjs");
  const pidsFile = join(folder, "pids");
  await writeFile(file, COMMAND);
  const pids = async () => JSON.parse((await readFile(pidsFile, "utf8").catch(() => "")) || "[]") as number[];
  onTestFinished(async () => {
    for (const pid of await pids()) killIfAlive(pid);
  });
  return {
    args: [file, pidsFile],
    tempRoot,
    started: () => expect.poll(pids, { timeout: 20_000 }).toHaveLength(2),
    ended: () => expect.poll(async () => (await pids()).filter(isAlive), { timeout: 20_000 }).toEqual([]),
  };
}
