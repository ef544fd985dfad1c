import { compareBuild, valid } from "semver";
import { recognizeTarget } from "../../base/target.ts";
import { compareText } from "../../base/text.ts";
import { isConclusive, type Sample } from "./samples.ts";

interface VersionResults {
  version: string;
  passed: number;
  failed: number;
}

/** How a scenario fared from one release to the next. */
export type Trend =
  /** It passed on every release up to `passedLast` and failed on every one from `failedFirst`. */
  | { kind: "began"; passedLast: string; failedFirst: string }
  /** The other way round. */
  | { kind: "fixed"; failedLast: string; passedFirst: string }
  | { kind: "passes" }
  /** It failed on every release that it ran on: when that began is not known. */
  | { kind: "fails" }
  /** Both on one release, or more than one change: no release can be named. */
  | { kind: "mixed" }
  /** There is no result with a version that can be put in order. */
  | { kind: "unknown" };

export interface ReleaseTrend {
  id: string;
  title: string;
  /** `embedded`, `openclaw`: releases of one product are compared, whatever --gateway named. */
  product: string;
  /** Behind the agent; what a scripted model and a live one do is not compared. */
  providerMode: string;
  trend: Trend;
  /** In the order of releases. */
  versions: VersionResults[];
  /**
   * Results that say nothing about a release: of unknown version, or failed through a fault of the harness or the
   * environment.
   */
  leftOut: number;
}

/** For each scenario and product the release in which it began to fail; what began to fail comes first. */
export function releaseTrends(samples: readonly Sample[]): ReleaseTrend[] {
  const groups = Map.groupBy(samples, ({ id, gateway, providerMode }) =>
    JSON.stringify([id, productOf(gateway), providerMode]),
  );
  return [...groups.values()]
    .map(releaseTrend)
    .sort((a, b) => rank(a) - rank(b) || compareText(a.id, b.id) || compareText(placeOf(a), placeOf(b)));
}

function releaseTrend(samples: readonly Sample[]): ReleaseTrend {
  const { id, title, gateway, providerMode } = samples.at(-1) as Sample;
  const finished = samples.filter(({ verdict }) => verdict === "passed" || verdict === "failed");
  const conclusive = finished.filter((sample) => valid(sample.version) !== null && isConclusive(sample));
  const versions = [...Map.groupBy(conclusive, ({ version = "" }) => version)]
    .map(([version, results]) => {
      const passed = results.filter(({ verdict }) => verdict === "passed").length;
      return { version, passed, failed: results.length - passed };
    })
    .sort((a, b) => compareBuild(a.version, b.version));
  return {
    id,
    title,
    product: productOf(gateway),
    providerMode,
    trend: trendOf(versions),
    versions,
    leftOut: finished.length - conclusive.length,
  };
}

/** @param versions in the order of releases */
function trendOf(versions: readonly VersionResults[]): Trend {
  const [first] = versions;
  if (!first) return { kind: "unknown" };
  if (versions.some(({ passed, failed }) => passed > 0 && failed > 0)) return { kind: "mixed" };
  const changes = versions.slice(1).flatMap((next, index) => {
    const before = versions[index];
    return before && before.failed > 0 !== next.failed > 0 ? [{ before, next }] : [];
  });
  const [change] = changes;
  if (changes.length > 1) return { kind: "mixed" };
  if (!change) return { kind: first.failed > 0 ? "fails" : "passes" };
  const { before, next } = change;
  return next.failed > 0
    ? { kind: "began", passedLast: before.version, failedFirst: next.version }
    : { kind: "fixed", failedLast: before.version, passedFirst: next.version };
}

function productOf(gateway: string): string {
  const target = recognizeTarget(gateway);
  return !target || target.kind === "remote" ? gateway : target.kind;
}

function placeOf({ product, providerMode }: ReleaseTrend): string {
  return `${product} ${providerMode}`;
}

const ORDER: readonly Trend["kind"][] = ["began", "fails", "mixed", "fixed", "unknown", "passes"];

function rank({ trend }: ReleaseTrend): number {
  return ORDER.indexOf(trend.kind);
}
