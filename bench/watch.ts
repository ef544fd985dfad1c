import { spawn } from "node:child_process";
import { utimes } from "node:fs/promises";
import { delay } from "../runner/base/timers.ts";
import { summarize, type Times } from "./measure.ts";

/** Nobody saves sooner: the gateway that is started ahead is ready by then. */
const BETWEEN_SAVES_MS = 3_000;

/**
 * Milliseconds from a save of the scenario's file to its verdict, as `qa run --watch` prints it.
 * @param cli path of the program
 * @param file absolute; its time of change is set, and nothing else
 */
export async function measureWatch(
  cli: string,
  cwd: string,
  scenario: string,
  file: string,
  runs: number,
  out: string,
): Promise<Times> {
  const args = [cli, "run", scenario, "--watch", "--out", out];
  const child = spawn(process.execPath, args, { cwd, stdio: ["pipe", "pipe", "inherit"] });
  const ended = new Promise<never>((_resolve, reject) => {
    child.once("exit", (code) => reject(new Error(`the watch ended with ${code}`)));
  });
  ended.catch(() => {});
  let heard: (text: string) => void = () => {};
  child.stdout.setEncoding("utf8").on("data", (text: string) => heard(text));
  const verdict = () =>
    Promise.race([
      ended,
      new Promise<void>((resolve, reject) => {
        heard = (text) => {
          if (/^1 failed/m.test(text)) reject(new Error(text));
          if (/^1 passed/m.test(text)) resolve();
        };
      }),
    ]);
  try {
    await verdict();
    const times: number[] = [];
    for (let run = 0; run <= runs; run += 1) {
      await delay(BETWEEN_SAVES_MS);
      const now = new Date();
      const startedAt = performance.now();
      const known = verdict();
      await utimes(file, now, now);
      await known;
      // The first one compiles what the others find compiled.
      if (run > 0) times.push(performance.now() - startedAt);
    }
    return summarize(times);
  } finally {
    child.stdin.write("q");
    await ended.catch(() => {});
  }
}
