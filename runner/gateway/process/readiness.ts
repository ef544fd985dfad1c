import { get as httpGet } from "node:http";
import type { JsonObject } from "../../base/json.ts";
import { waitForCondition } from "../../base/waits.ts";
import type { Wakeups } from "../../base/wakeups.ts";

const PROBE_TIMEOUT_MS = 2000;
/** A probe of a port where nothing listens yet costs less than a millisecond. */
const POLL_MS = 10;

/** One answer of /readyz. */
interface Readiness {
  /** False while nothing answers at all. */
  listening: boolean;
  ready: boolean;
  /** What the gateway still waits for, in its own words: `startup-sidecars`, `qa-channel`. */
  failing: readonly string[];
  /** Why nothing answers, in the words of the network: a refused connection, a certificate that is not trusted. */
  problem?: string;
  /** There was not even a connection. */
  unconnected?: boolean;
}

/** What a network answers that does not let anybody through. */
const UNCONNECTED = new Set(["ECONNREFUSED", "EHOSTUNREACH", "ENETUNREACH", "EACCES", "EPERM", "ETIMEDOUT"]);

const SILENT: Readiness = { listening: false, ready: false, failing: [] };

/** Asks /readyz once. Whatever goes wrong counts as not ready. */
async function probeReadiness(baseUrl: string, signal?: AbortSignal): Promise<Readiness> {
  // Only a gateway on another machine has TLS, which takes its time to load.
  const get = baseUrl.startsWith("https:") ? (await import("node:https")).get : httpGet;
  return new Promise((resolve) => {
    const request = get(
      `${baseUrl}/readyz`,
      { agent: false, timeout: PROBE_TIMEOUT_MS, signal },
      (response) => {
        let body = "";
        response.setEncoding("utf8");
        response.on("data", (chunk: string) => {
          body += chunk;
        });
        response.on("error", () => {});
        response.on("close", () =>
          resolve({
            listening: true,
            ready: response.statusCode === 200 && response.complete,
            failing: failingOf(body),
          }),
        );
      },
    );
    request.on("timeout", () => request.destroy());
    request.on("error", ({ message, code }: NodeJS.ErrnoException) =>
      resolve({ ...SILENT, problem: message, unconnected: UNCONNECTED.has(code ?? "") }),
    );
  });
}

export interface ReadyOptions {
  timeoutMs: number;
  wakeups: Wakeups;
  signal?: AbortSignal;
  /** Throws when waiting has become pointless. */
  requireAlive?(): void;
  /** Called when something begins to answer, ready or not. */
  onListening?(): void;
  /** Called with each answer, in words; `unconnected` if there was not even a connection. */
  onAnswer?(answer: string, unconnected: boolean): void;
  /** End of the gateway's log, for the timeout error. */
  logTail(): string;
}

/**
 * Waits until /readyz says ready, looking again with every line the gateway logs.
 * @throws QaError `wait-timeout` with the last answer and the log; what `requireAlive` throws
 */
export async function waitUntilReady(baseUrl: string, options: ReadyOptions): Promise<void> {
  const { timeoutMs, wakeups, signal, requireAlive, onListening, onAnswer, logTail } = options;
  let seen = SILENT;
  await waitForCondition(
    wakeups,
    async () => {
      requireAlive?.();
      const wasListening = seen.listening;
      seen = await probeReadiness(baseUrl, signal);
      if (seen.listening && !wasListening) onListening?.();
      onAnswer?.(describeReadiness(seen), seen.unconnected === true);
      return seen.ready;
    },
    {
      what: `the gateway at ${baseUrl} to be ready`,
      timeoutMs,
      intervalMs: POLL_MS,
      signal,
      evidence: () => `${describeReadiness(seen)}\n${logTail()}`.trimEnd(),
    },
  );
}

function describeReadiness({ listening, ready, failing, problem }: Readiness): string {
  if (ready) return "/readyz says ready";
  if (!listening) return `nothing answers on its port${problem ? `: ${problem}` : ""}`;
  return `/readyz says not ready${failing.length > 0 ? `: ${failing.join(", ")}` : ""}`;
}

function failingOf(body: string): string[] {
  try {
    const { failing } = JSON.parse(body) as JsonObject;
    return Array.isArray(failing) ? failing.map(String) : [];
  } catch {
    return [];
  }
}
