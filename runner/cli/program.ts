import { Command, CommanderError } from "commander";
import packageJson from "../../package.json" with { type: "json" };
import { QaError, UsageError } from "../base/errors.ts";
import { EXIT } from "../base/exit-codes.ts";
import { keepLoopbackDirect } from "../base/loopback.ts";
import { setSlowFactor, slowFactor } from "../base/slow.ts";
import { examples } from "./output.ts";

type AddCommand = (program: Command, finish: (exitCode: number) => void) => Command;

/** The commands by heading, in the order of the help. Only the one that is asked for is loaded. */
const COMMANDS: Readonly<Record<string, Readonly<Record<string, () => Promise<AddCommand>>>>> = {
  "Scenarios:": {
    run: async () => (await import("./commands/run.ts")).addRunCommand,
    list: async () => (await import("./commands/list.ts")).addListCommand,
    check: async () => (await import("./commands/check.ts")).addCheckCommand,
    prove: async () => (await import("./commands/prove.ts")).addProveCommand,
    init: async () => (await import("./commands/init.ts")).addInitCommand,
    new: async () => (await import("./commands/new.ts")).addNewCommand,
    fmt: async () => (await import("./commands/fmt.ts")).addFmtCommand,
  },
  "Editors and shells:": {
    lsp: async () => (await import("./commands/lsp.ts")).addLspCommand,
    completion: async () => (await import("./commands/completion.ts")).addCompletionCommand,
  },
  "Lanes:": {
    matrix: async () => (await import("./commands/matrix.ts")).addMatrixCommand,
    night: async () => (await import("./commands/night.ts")).addNightCommand,
  },
  "Reports:": {
    show: async () => (await import("./commands/show.ts")).addShowCommand,
    merge: async () => (await import("./commands/merge.ts")).addMergeCommand,
    history: async () => (await import("./commands/history.ts")).addHistoryCommand,
  },
  "Plugins:": {
    compat: async () => (await import("./commands/compat.ts")).addCompatCommand,
  },
  "Gateways:": {
    parity: async () => (await import("./commands/parity.ts")).addParityCommand,
    bisect: async () => (await import("./commands/bisect.ts")).addBisectCommand,
    gateway: async () => (await import("./commands/gateway.ts")).addGatewayCommand,
    rehearse: async () => (await import("./commands/rehearse.ts")).addRehearseCommand,
    "release-check": async () => (await import("./commands/release-check.ts")).addReleaseCheckCommand,
  },
};

/**
 * Runs one command line, up to the last character of its output.
 * @returns the exit code; nothing is thrown for anything a user can cause
 */
export async function runCli(argv: readonly string[]): Promise<number> {
  keepLoopbackDirect(process.env);
  const output = outliveReaders();
  const exitCode = await runCommand(argv);
  return (await output.isWritten()) ? exitCode : Math.max(exitCode, EXIT.harness);
}

async function runCommand(argv: readonly string[]): Promise<number> {
  // A command that does not say how it ended has not succeeded.
  let exitCode: number = EXIT.harness;
  const messages: string[] = [];
  const program = new Command("qa")
    .description(packageJson.description)
    .version(packageJson.version, "-V, --version", "print the version")
    .helpOption("-h, --help", "print this help")
    .showSuggestionAfterError()
    .showHelpAfterError("(run with --help to see what there is)")
    .configureHelp({ showGlobalOptions: false })
    .addHelpText(
      "after",
      examples("qa list", "qa run dm-chat-baseline", "qa run --all --gateway openclaw@latest"),
    )
    .hook("preAction", (_program, command) => {
      // What is typed last may still be empty.
      if (command.name() !== "completion") rejectEmptyArguments(command.args);
      takeSlowFactor(command.opts());
    })
    // An argument that is refused may be a secret in the wrong place.
    .configureOutput({ writeErr: (text) => messages.push(text) })
    .exitOverride();
  const finish = (code: number) => {
    exitCode = code;
  };
  await addCommands(program, argv[0], finish);
  try {
    await program.parseAsync(argv, { from: "user" });
    return exitCode;
  } catch (error) {
    if (!(error instanceof CommanderError)) return await reportError(error);
    if (messages.length > 0) (await import("./redacted.ts")).printNote(messages.join(""));
    return error.exitCode === 0 ? EXIT.passed : EXIT.usage;
  }
}

/** Without a command's name, or with an unknown one, all are needed for what the program then prints. */
async function addCommands(
  program: Command,
  asked: string | undefined,
  finish: (exitCode: number) => void,
): Promise<void> {
  if (asked === "--version" || asked === "-V") return;
  const isKnown = Object.values(COMMANDS).some((group) => Object.hasOwn(group, asked ?? ""));
  for (const [heading, group] of Object.entries(COMMANDS)) {
    program.commandsGroup(heading);
    for (const [name, load] of Object.entries(group)) {
      if (!isKnown || name === asked) complete((await load())(program, finish));
    }
  }
}

/**
 * The reader of our output may stop reading (`qa list | head`): that must neither end a run in the middle nor show a
 * stack trace. Any other failure to write is reported if that is still possible.
 * @returns what waits for the output so far, and says whether all of it found its way
 */
function outliveReaders(): { isWritten(): Promise<boolean> } {
  const streams = [process.stdout, process.stderr];
  let written = true;
  for (const stream of streams) {
    stream.on("error", (error: NodeJS.ErrnoException) => {
      if (error.code === "EPIPE") return;
      written = false;
      if (stream === process.stdout)
        process.stderr.write(`error: cannot write the output: ${error.message}\n`);
    });
  }
  return {
    async isWritten() {
      // An error arrives as an event of its own, at the latest when an empty write has come back.
      for (const stream of streams)
        await new Promise<void>((done) => stream.write("", () => setImmediate(done)));
      return written;
    },
  };
}

/** @throws UsageError; empty values of options are refused where they are parsed */
function rejectEmptyArguments(args: readonly string[]): void {
  if (args.every((text) => text.trim() !== "")) return;
  throw new UsageError("an argument is empty", "Is it a variable that is not set?");
}

/** The option counts before the environment. @throws UsageError for an environment that names no factor */
function takeSlowFactor({ slow }: { slow?: number }): void {
  if (slow === undefined) slowFactor();
  else setSlowFactor(slow);
}

/** Adds what every command has, also to the commands of a group. */
function complete(command: Command): void {
  command.version(packageJson.version, "-V, --version", "print the version").exitOverride();
  for (const member of command.commands) complete(member);
}

/** Prints known errors without a stack trace; anything else is a defect of ours and keeps its stack. */
async function reportError(error: unknown): Promise<number> {
  const { printNote } = await import("./redacted.ts");
  if (error instanceof QaError) {
    const lines = [`error: ${error.message}  [${error.code}]`];
    if (error.details) lines.push(error.details);
    if (error.hint) lines.push(error.hint);
    printNote(`${lines.join("\n")}\n`);
    if (error instanceof UsageError) return EXIT.usage;
    // Before the first scenario there is no report that could say so.
    return error.code === "interrupted" ? EXIT.interrupted : EXIT.harness;
  }
  printNote(`unexpected error, a defect of gateway-qa:\n${error instanceof Error ? error.stack : error}\n`);
  return EXIT.harness;
}
