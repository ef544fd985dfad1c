import { execFile } from "node:child_process";
import { once } from "node:events";
import { mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { expect, onTestFinished, test } from "vitest";
import { isAlive } from "../../base/testing/processes.ts";
import type { ActionContext } from "../define.ts";
import { runGatewayCli } from "./gateway-cli.ts";

/** A command line that starts a program, which goes on for good and holds the command's output open. */
const COMMAND = `
import { spawn } from "node:child_process";
import { writeFileSync } from "node:fs";
const child = spawn(process.execPath, ["-e", "setInterval(() => {}, 1000)"], { stdio: "inherit" });
writeFileSync(process.argv[2], JSON.stringify([process.pid, child.pid]));
setInterval(() => {}, 1000);
`;

async function longCommand() {
  const folder = await mkdtemp(join(tmpdir(), "gateway-qa-cli-"));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  const tempRoot = join(folder, "gateway");
  await mkdir(tempRoot);
  const file = join(folder, "command.mjs");
  const pidsFile = join(folder, "pids");
  await writeFile(file, COMMAND);
  const pids = async () => JSON.parse((await readFile(pidsFile, "utf8").catch(() => "")) || "[]") as number[];
  onTestFinished(async () => {
    for (const pid of (await pids()).filter(isAlive)) process.kill(pid, "SIGKILL");
  });
  return { tempRoot, cliCommand: [process.execPath, file], args: [pidsFile], pids };
}

test("a command that is called off ends with everything that it started", async () => {
  const { tempRoot, cliCommand, args, pids } = await longCommand();
  const end = new AbortController();
  const gateway = { cliCommand, runtimeEnv: {}, tempRoot };
  const context = { gateway, signal: () => end.signal } as unknown as ActionContext;
  const running = runGatewayCli(context, args).catch((error: unknown) => error);
  await expect.poll(pids, { timeout: 20_000 }).toHaveLength(2);
  end.abort(new Error("enough"));
  expect(await running).toMatchObject({ message: "enough" });
  await expect.poll(async () => (await pids()).filter(isAlive), { timeout: 20_000 }).toEqual([]);
});

test("a command ends with a run that is killed", async () => {
  const { tempRoot, cliCommand, args, pids } = await longCommand();
  const action = pathToFileURL(join(import.meta.dirname, "gateway-cli.ts")).href;
  const gateway = JSON.stringify({ cliCommand, runtimeEnv: {}, tempRoot });
  const run = `
const { runGatewayCli } = await import(${JSON.stringify(action)});
const signal = () => new AbortController().signal;
await runGatewayCli({ gateway: ${gateway}, signal }, ${JSON.stringify(args)});
`;
  const runner = execFile(process.execPath, ["--input-type=module", "-e", run]);
  await expect.poll(pids, { timeout: 20_000 }).toHaveLength(2);
  runner.kill("SIGKILL");
  await once(runner, "exit");
  await expect.poll(async () => (await pids()).filter(isAlive), { timeout: 20_000 }).toEqual([]);
});
