#!/usr/bin/env node
import module from "node:module";

refuseMachine();

// How the program ends is decided here and nowhere else: until the command has said how it ended, every end is a failure
// of the harness (4), also one that somebody calls a success (0) or a failed test (1). An interrupt stays one (130).
const HARNESS = 4;
const INTERRUPTED = 130;
const { exit, reallyExit } = process;
let decided;
process.on("exit", endWith);
process.on("uncaughtException", (error) => {
  process.stderr.write(`unexpected error, a defect of gateway-qa:\n${error?.stack ?? error}\n`);
  exit.call(process, HARNESS);
});

// Stripping types and compiling a few hundred modules costs more than most commands: keep the results.
// This file is JavaScript because Node strips the types of its entry before any cache can be switched on.
const { CACHE } = await import("../base/places.js");
module.enableCompileCache(CACHE);

const { runCli } = await import("./program.ts");
decided = await runCli(process.argv.slice(2));
// Whatever still runs is not waited for.
exit.call(process, decided);

/** Runs the other exit listeners, which end processes, so that none of them can change the code. */
function endWith(code) {
  const ended = decided ?? (code === INTERRUPTED ? INTERRUPTED : HARNESS);
  if (decided === undefined && (code === 0 || code === 1)) {
    process.stderr.write(
      `error: the program was ended before its command had ended, with ${code}  [ended-early]\n`,
    );
  }
  process.reallyExit = () => {};
  for (const listener of process.rawListeners("exit")) {
    if (listener === endWith) continue;
    try {
      listener.call(process, ended);
    } catch (error) {
      process.stderr.write(`clean-up: ${error?.message ?? error}\n`);
    }
  }
  reallyExit.call(process, ended);
}

/** Ends the program with one sentence where it cannot run. Nothing that an old Node lacks may be used before. */
function refuseMachine() {
  // The package's build gives this; what runs from source needs a Node that strips types.
  const oldest = typeof OLDEST_NODE === "undefined" ? "24.0.0" : OLDEST_NODE;
  const [major, minor, patch] = process.versions.node.split(".").map(Number);
  const [oldestMajor, oldestMinor, oldestPatch] = oldest.split(".").map(Number);
  const isOlder = major - oldestMajor || minor - oldestMinor || patch - oldestPatch;
  if (isOlder < 0) {
    const instead =
      typeof OLDEST_NODE === "undefined"
        ? "`npx -y pnpm@10 qa …` in its checkout brings one"
        : "install a newer one";
    refuse(`gateway-qa needs Node ${oldest} or newer, and this is Node ${process.versions.node}: ${instead}`);
  }
  if (process.platform === "win32") {
    refuse("gateway-qa does not run on Windows yet: run it in the Windows Subsystem for Linux");
  }
}

function refuse(sentence) {
  process.stderr.write(`error: ${sentence}  [unsupported]\n`);
  process.exit(2);
}
