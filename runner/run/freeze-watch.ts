import { Worker } from "node:worker_threads";
import { stretched } from "../base/slow.ts";
import { every } from "../base/timers.ts";
import type { Reporter } from "../report/stream.ts";

const BEAT_MS = 1_000;
/** Checks, not seconds: a machine that was asleep wakes up with all of its checks still to come. */
const SILENT_CHECKS = 15;

/**
 * A scenario's code can compute without end behind an `await`, where no time limit reaches it: the
 * program then neither times out nor reacts to Ctrl-C. A thread of its own notices that the program
 * no longer responds, says which statement began last, and ends it; gateways end with their runner.
 * As a reporter it hears of every statement.
 */
export function freezeWatch(): Reporter {
  const beats = new Int32Array(new SharedArrayBuffer(Int32Array.BYTES_PER_ELEMENT));
  const worker = new Worker(new URL("./freeze-watch-worker.js", import.meta.url), {
    workerData: { beats, pid: process.pid, silentChecks: Math.ceil(stretched(SILENT_CHECKS)) },
  });
  worker.unref();
  const stopBeats = every(BEAT_MS, () => Atomics.add(beats, 0, 1), { unref: true });
  return {
    name: "freeze watch",
    onEvent(event) {
      if (event.type !== "statement-started") return;
      const { scenarioId, label, position } = event;
      worker.postMessage(`${scenarioId}, line ${position.line}: ${label}`);
    },
    async finish() {
      stopBeats();
      await worker.terminate();
    },
  };
}
