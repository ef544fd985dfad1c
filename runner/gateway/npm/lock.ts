import { mkdir } from "node:fs/promises";
import { dirname } from "node:path";
import pRetry from "p-retry";
import { check, lock } from "proper-lockfile";

const RETRY_MS = 250;
/** A lock that was not renewed for so long belongs to a process that is gone. */
const STALE_MS = 10_000;
const RENEW_MS = 2000;

/**
 * Runs `work` while no other process holds the lock on `path`, which need not exist. The lock of a
 * process that was killed expires after some seconds.
 * @param onWait called once when another process holds the lock
 * @throws the signal's reason
 */
export async function withLock<T>(
  path: string,
  { signal, onWait }: { signal: AbortSignal; onWait(): void },
  work: () => Promise<T>,
): Promise<T> {
  await mkdir(dirname(path), { recursive: true, mode: 0o700 });
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
    // Fails when the lock was lost in the meantime.
    await release().catch(() => {});
  }
}

/** Whether a living process holds the lock on `path`. */
export function isLocked(path: string): Promise<boolean> {
  return check(path, optionsFor(path));
}

function optionsFor(path: string) {
  return {
    realpath: false,
    lockfilePath: `${path}.lock`,
    stale: STALE_MS,
    update: RENEW_MS,
    // A process that stood still for long may lose its lock. No harm is done: the lock only saves double work.
    onCompromised: () => {},
  };
}
