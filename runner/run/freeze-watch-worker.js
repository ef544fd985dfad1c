import { writeSync } from "node:fs";
import { parentPort, workerData } from "node:worker_threads";

// Plain JavaScript: stripping types first would cost the thread more than its work.

const CHECK_MS = 2_000;

const { beats, pid, silentChecks } = workerData;
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
  if (silent < silentChecks) return;
  writeSync(
    2,
    `\nerror: the run has not responded for ${(CHECK_MS * silentChecks) / 1000} s and is ended  [run-frozen]\n` +
      `The statement that began last: ${statement}\n` +
      "Look for a loop without end in an expression that runs after an `await`.\n",
  );
  process.kill(pid, "SIGKILL");
}, CHECK_MS);
