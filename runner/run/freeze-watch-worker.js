import { writeSync } from "node:fs";
import { parentPort, workerData } from "node:worker_threads";

// Plain JavaScript: stripping types first would cost the thread more than its work.

const CHECK_MS = 2_000;
/** Checks, not seconds: a machine that was asleep wakes up with all of its checks still to come. */
const SILENT_CHECKS = 15;

const { beats, pid } = workerData;
let statement = "no statement yet";
let last = -1;
let silent = 0;

parentPort.on("message", (text) => {
  statement = text;
});

// biome-ignore lint/style/noRestrictedGlobals: a constant
setInterval(() => {
  const beat = Atomics.load(beats, 0);
  silent = beat === last ? silent + 1 : 0;
  last = beat;
  if (silent < SILENT_CHECKS) return;
  writeSync(
    2,
    `\nerror: the run has not responded for ${(CHECK_MS * SILENT_CHECKS) / 1000} s and is ended  [run-frozen]\n` +
      `The statement that began last: ${statement}\n` +
      "Look for a loop without end in an expression that runs after an `await`.\n",
  );
  process.kill(pid, "SIGKILL");
}, CHECK_MS);
