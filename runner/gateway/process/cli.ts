import { BlockedError } from "../../base/errors.ts";
import { guardGroup } from "../../base/guardian.ts";
import { stretched } from "../../base/slow.ts";
import { libraryLimit } from "../../base/timers.ts";
import type { CliCommand, CliResult, CliRunOptions } from "../gateway.ts";
import { loadExeca } from "./start-process.ts";

/**
 * Runs a program of the gateway's package to its end. When it is aborted, everything that it has started ends with it.
 * @param command undefined for a gateway whose command line is not on this machine
 * @throws BlockedError `cli`; the signal's reason
 */
export async function runCommand(
  command: CliCommand | undefined,
  args: readonly string[],
  { timeoutMs, signal }: Omit<CliRunOptions, "env">,
): Promise<CliResult> {
  if (command === undefined) {
    throw new BlockedError("cli", "this gateway lacks `cli`: its command line is not on this machine");
  }
  const { execa } = await loadExeca();
  const subprocess = execa(command.file, [...command.args, ...args], {
    cwd: command.cwd,
    env: command.env,
    extendEnv: false,
    killDescendants: true,
    timeout: libraryLimit(stretched(timeoutMs)),
    cancelSignal: signal,
    stdin: "ignore",
    reject: false,
  });
  guardGroup(subprocess.nodeChildProcess);
  const { exitCode, signal: endedBy, timedOut, stdout, stderr } = await subprocess;
  signal.throwIfAborted();
  return { exitCode, signal: endedBy, timedOut, stdout, stderr };
}
