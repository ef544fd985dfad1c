import { execFile } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { expect, test } from "vitest";
import { longCommand } from "../testing/long-command.ts";
import { runCommand } from "./cli.ts";

const urlOf = (name: string) => JSON.stringify(pathToFileURL(join(import.meta.dirname, name)).href);

test("a command that is aborted ends with everything that it started", async () => {
  const { tempRoot, args, started, ended } = await longCommand();
  const end = new AbortController();
  const command = { file: process.execPath, args, cwd: tempRoot, env: {} };
  const options = { timeoutMs: 60_000, signal: end.signal };
  const running = runCommand(command, [], options).catch((error: unknown) => error);
  await started();
  end.abort(new Error("enough"));
  expect(await running).toMatchObject({ message: "enough" });
  await ended();
});

test("a command ends with a run that is killed", async () => {
  const { tempRoot, args, started, ended } = await longCommand();
  const run = `
const [{ runCommand }, { watchedEnv }] = await Promise.all([
  import(${urlOf("cli.ts")}),
  import(${urlOf("watchdog-env.ts")}),
]);
const [file, cwd, ...args] = ${JSON.stringify([process.execPath, tempRoot, ...args])};
const signal = new AbortController().signal;
await runCommand({ file, args, cwd, env: watchedEnv({}, cwd) }, [], { timeoutMs: 60_000, signal });
`;
  const runner = execFile(process.execPath, ["--input-type=module", "-e", run]);
  await started();
  runner.kill("SIGKILL");
  await once(runner, "exit");
  await ended();
});
