import { every } from "../../base/timers.ts";

const TICK_MS = 1000;

/** Shows the user what takes so long. */
export interface Progress {
  note(line: string): void;
  /** Shows `what`, with the seconds on a terminal, while `work` runs, and how long it took. */
  during<T>(what: string, work: () => Promise<T>): Promise<T>;
}

/** Progress on a stream: a line that counts the seconds on a terminal, plain lines elsewhere. */
export function streamProgress(stream: NodeJS.WriteStream): Progress {
  const note = (line: string) => void stream.write(`${line}\n`);
  return {
    note,
    async during(what, work) {
      const startedAt = performance.now();
      const seconds = () => Math.round((performance.now() - startedAt) / 1000);
      const live = stream.isTTY ? (await import("log-update")).createLogUpdate(stream) : undefined;
      if (live) live(`${what} …`);
      else note(`${what} …`);
      const stop = live && every(TICK_MS, () => live(`${what} … ${seconds()} s`));
      try {
        const result = await work();
        live?.clear();
        note(`${what}: done in ${seconds()} s`);
        return result;
      } finally {
        stop?.();
        live?.done();
      }
    },
  };
}
