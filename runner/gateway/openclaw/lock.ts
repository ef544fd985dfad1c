import { mkdir } from "node:fs/promises";
import { dirname } from "node:path";
import pRetry from "p-retry";
import { check, lock } from "proper-lockfile";

const RETRY_MS = 250;

/**
 * Runs `work` while no other process holds the lock on `path`, which need not exist. The lock of a process that
 * was killed ends by itself after some seconds.
 * @param onWait called once when somebody else holds the lock
 * @throws the signal's reason
 */
export async function withLock<T>(
  path: string,
  { signal, onWait }: { signal: AbortSignal; onWait(): void },
  work: () => Promise<T>,
): Promise<T> {
  await mkdir(dirname(path), { recursive: true });
  let waiting = false;
  const release = await pRetry(() => lock(path, optionsFor(path)), {
    retries: Number.POSITIVE_INFINITY,
    minTimeout: RETRY_MS,
    factor: 1,
    signal,
    shouldRetry: ({ error }) => {
      const held = (error as NodeJS.ErrnoException).code === "ELOCKED";
      if (held && !waiting) onWait();
      waiting = held;
      return held;
    },
  });
  try {
    return await work();
  } finally {
    await release();
  }
}

/** Whether a living process holds the lock on `path`. */
export function isLocked(path: string): Promise<boolean> {
  return check(path, optionsFor(path));
}

function optionsFor(path: string) {
  return { realpath: false, lockfilePath: `${path}.lock` };
}
