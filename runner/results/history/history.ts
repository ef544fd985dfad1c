import { withoutUndefined } from "../../base/json.ts";
import { compareText } from "../../base/text.ts";
import { isConclusive, type Sample } from "./samples.ts";
import { median, rate, trend } from "./statistics.ts";

/** One run in which something happened. */
export interface RunRef {
  /** ISO time. */
  at: string;
  runId: string;
  version?: string;
}

/** What is known about one scenario on one gateway. */
export interface ScenarioHistory {
  id: string;
  title: string;
  gateway: string;
  providerMode: string;
  platform: string;
  /** Runs that gave a result. */
  runs: number;
  passed: number;
  failed: number;
  skipped: number;
  blocked: number;
  /** Runs that failed through a fault of the harness or the environment; in none of the other numbers. */
  failedOtherwise: number;
  /** Runs that were cut short before this scenario had a result; in none of the other numbers. */
  withoutResult: number;
  /** Runs in which attempts both passed and failed. */
  flaky: number;
  /** Of the runs that passed or failed; absent where none did. */
  passRate?: number;
  flakeRate?: number;
  firstFailure?: RunRef;
  /** First of the unbroken row of failures that lasts until now. */
  failingSince?: RunRef;
  /** Of the runs that passed, in milliseconds. */
  medianMs?: number;
  /** Last third of the passed runs against the first: 0.25 is a quarter longer. */
  trend?: number;
}

/**
 * The history of every scenario on every gateway, model mode and platform: what fails now comes first, then what ever
 * failed or was flaky, then the rest, each by id and gateway.
 * @param samples oldest first
 */
export function historiesOf(samples: readonly Sample[]): ScenarioHistory[] {
  const groups = Map.groupBy(samples, ({ id, gateway, providerMode, platform }) =>
    JSON.stringify([id, gateway, providerMode, platform]),
  );
  return [...groups.values()].map(historyOf).sort(byUrgency);
}

function historyOf(samples: readonly Sample[]): ScenarioHistory {
  const last = samples.at(-1) as Sample;
  const count = (verdict: Sample["verdict"]) => samples.filter((sample) => sample.verdict === verdict).length;
  const conclusive = samples.filter(isConclusive);
  const failed = conclusive.length - count("passed");
  const failedOtherwise = count("failed") - failed;
  const times = samples.filter(({ verdict }) => verdict === "passed").map(({ durationMs }) => durationMs);
  const flaky = conclusive.filter((sample) => sample.flaky).length;
  const firstFailure = conclusive.find(({ verdict }) => verdict === "failed");
  const failingSince = conclusive[conclusive.findLastIndex(({ verdict }) => verdict === "passed") + 1];
  return withoutUndefined({
    id: last.id,
    title: last.title,
    gateway: last.gateway,
    providerMode: last.providerMode,
    platform: last.platform,
    runs: samples.length - count("none") - failedOtherwise,
    passed: count("passed"),
    failed,
    skipped: count("skipped"),
    blocked: count("blocked"),
    failedOtherwise,
    withoutResult: count("none"),
    flaky,
    passRate: rate(count("passed"), conclusive.length),
    flakeRate: rate(flaky, conclusive.length),
    firstFailure: firstFailure && runRef(firstFailure),
    failingSince: failingSince && runRef(failingSince),
    medianMs: times.length > 0 ? median(times) : undefined,
    trend: trend(times),
  });
}

function runRef({ at, runId, version }: Sample): RunRef {
  return withoutUndefined({ at, runId, version });
}

function byUrgency(a: ScenarioHistory, b: ScenarioHistory): number {
  return urgency(a) - urgency(b) || compareText(a.id, b.id) || compareText(placeOf(a), placeOf(b));
}

function placeOf({ gateway, providerMode, platform }: ScenarioHistory): string {
  return `${gateway} ${providerMode} ${platform}`;
}

function urgency({ failingSince, failed, flaky }: ScenarioHistory): number {
  return failingSince ? 0 : failed + flaky > 0 ? 1 : 2;
}
