import { errorMessage } from "../base/errors.ts";
import { delay, timeoutSignal } from "../base/timers.ts";
import type { DrivenGateway } from "./gateway.ts";

/** Far below the length of any disruption, far above the cost of a check. */
const INTERVAL_MS = 10;
const CHECK_TIMEOUT_MS = 2_000;

/** What one way of asking saw. Times are milliseconds. */
export interface ProbeSeries {
  checks: number;
  failures: number;
  /** Longest time from one good answer to the next, or to the end of the probe. */
  longestGapMs: number;
  lastFailure?: string;
}

export interface ProbeResult {
  durationMs: number;
  /** Of both series: how long the gateway was away at most. */
  longestGapMs: number;
  /** `/healthz` over HTTP. */
  http: ProbeSeries;
  /** `health` over the shared RPC connection. */
  rpc: ProbeSeries;
}

export interface ProbeOptions {
  /** Milliseconds between two checks; default 10. */
  intervalMs?: number;
  /** Leave RPC out: the answer costs some releases half a second each time. */
  httpOnly?: boolean;
}

const NOT_WATCHED: ProbeSeries = { checks: 0, failures: 0, longestGapMs: 0 };

/** Asks the gateway for its health again and again, from before a disruption until after it. */
export class HealthProbe {
  readonly #gateway: DrivenGateway;
  readonly #options: ProbeOptions;
  readonly #end = new AbortController();
  #startedAt = 0;
  #endedAt: number | undefined;
  #running: Promise<[ProbeSeries, ProbeSeries]> | undefined;

  constructor(gateway: DrivenGateway, options: ProbeOptions = {}) {
    this.#gateway = gateway;
    this.#options = options;
  }

  start(): void {
    this.#startedAt = performance.now();
    this.#running = Promise.all([
      this.#watch((signal) => this.#checkHttp(signal)),
      this.#options.httpOnly
        ? NOT_WATCHED
        : this.#watch((signal) => this.#gateway.call("health", {}, { signal, timeoutMs: CHECK_TIMEOUT_MS })),
    ]);
  }

  /** @returns the same result at every call; undefined when the probe was never started */
  async stop(): Promise<ProbeResult | undefined> {
    this.#endedAt ??= performance.now();
    this.#end.abort();
    if (this.#running === undefined) return undefined;
    const durationMs = Math.round(this.#endedAt - this.#startedAt);
    const [http, rpc] = await this.#running;
    return { durationMs, longestGapMs: Math.max(http.longestGapMs, rpc.longestGapMs), http, rpc };
  }

  async #watch(check: (signal: AbortSignal) => Promise<unknown>): Promise<ProbeSeries> {
    const { signal } = this.#end;
    const series: ProbeSeries = { checks: 0, failures: 0, longestGapMs: 0 };
    const { intervalMs = INTERVAL_MS } = this.#options;
    let lastGoodAt = performance.now();
    const noteGap = () => {
      const until = this.#endedAt ?? performance.now();
      series.longestGapMs = Math.max(series.longestGapMs, Math.round(until - lastGoodAt));
    };
    while (!signal.aborted) {
      try {
        await check(signal);
        noteGap();
        lastGoodAt = performance.now();
      } catch (error) {
        // A check that the end of the probe cut off says nothing.
        if (signal.aborted) break;
        series.failures += 1;
        series.lastFailure = errorMessage(error);
      }
      series.checks += 1;
      await delay(intervalMs, signal).catch(() => {});
    }
    noteGap();
    return series;
  }

  async #checkHttp(end: AbortSignal): Promise<void> {
    const signal = AbortSignal.any([end, timeoutSignal(CHECK_TIMEOUT_MS)]);
    const response = await fetch(`${this.#gateway.baseUrl}/healthz`, { signal });
    await response.body?.cancel();
    if (!response.ok) throw new Error(`/healthz answered ${response.status}`);
  }
}
