import { Command, CommanderError } from "commander";
import packageJson from "../../package.json" with { type: "json" };
import { QaError, UsageError } from "../base/errors.ts";
import { EXIT } from "../base/exit-codes.ts";
import { addCheckCommand } from "./check-options.ts";
import { addGatewayCommand } from "./gateway-options.ts";
import { addHistoryCommand } from "./history-options.ts";
import { addListCommand } from "./list-options.ts";
import { addMatrixCommand } from "./matrix-options.ts";
import { addMergeCommand } from "./merge-options.ts";
import { addNightCommand } from "./night-options.ts";
import { addParityCommand } from "./parity-options.ts";
import { addReleaseCheckCommand } from "./release-check-options.ts";
import { addRunCommand } from "./run-options.ts";

/**
 * Runs one command line.
 * @returns the exit code; nothing is thrown for anything a user can cause
 */
export async function runCli(argv: readonly string[]): Promise<number> {
  let exitCode: number = EXIT.passed;
  outliveReaders();
  const program = new Command("qa")
    .description(packageJson.description)
    .version(packageJson.version, "-V, --version", "print the version")
    .helpOption("-h, --help", "print this help")
    .showSuggestionAfterError()
    .showHelpAfterError("(run with --help to see what there is)")
    .configureHelp({ showGlobalOptions: false })
    .exitOverride();
  const finish = (code: number) => {
    exitCode = code;
  };
  for (const add of [
    addRunCommand,
    addParityCommand,
    addListCommand,
    addCheckCommand,
    addMatrixCommand,
    addNightCommand,
    addGatewayCommand,
    addReleaseCheckCommand,
    addMergeCommand,
    addHistoryCommand,
  ]) {
    complete(add(program, finish));
  }
  try {
    await program.parseAsync(argv, { from: "user" });
    return exitCode;
  } catch (error) {
    return reportError(error);
  }
}

/**
 * Whoever reads our output may stop reading (`qa list | head`): that must not end a run in the middle, nor
 * show a stack trace. Any other failure to write is told where that is still possible.
 */
function outliveReaders(): void {
  for (const stream of [process.stdout, process.stderr]) {
    stream.on("error", (error: NodeJS.ErrnoException) => {
      if (error.code === "EPIPE") return;
      process.exitCode = EXIT.harness;
      if (stream === process.stdout)
        process.stderr.write(`error: cannot write the output: ${error.message}\n`);
    });
  }
}

/** What every command has, and every command of a group. */
function complete(command: Command): void {
  command.version(packageJson.version, "-V, --version", "print the version").exitOverride();
  for (const member of command.commands) complete(member);
}

/** Known errors without a stack trace; anything else is a defect of ours and keeps its stack. */
function reportError(error: unknown): number {
  // Commander has already printed its message.
  if (error instanceof CommanderError) return error.exitCode === 0 ? EXIT.passed : EXIT.usage;
  if (error instanceof QaError) {
    const lines = [`error: ${error.message}  [${error.code}]`];
    if (error.details) lines.push(error.details);
    if (error.hint) lines.push(error.hint);
    process.stderr.write(`${lines.join("\n")}\n`);
    if (error instanceof UsageError) return EXIT.usage;
    // Before the first scenario there is no report that could say so.
    return error.code === "interrupted" ? EXIT.interrupted : EXIT.harness;
  }
  process.stderr.write(
    `unexpected error, a defect of gateway-qa:\n${error instanceof Error ? error.stack : error}\n`,
  );
  return EXIT.harness;
}
