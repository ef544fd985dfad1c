import fc from "fast-check";
import { expect, it } from "vitest";
import { historiesOf } from "./history.ts";
import type { Sample } from "./samples.ts";
import { releaseTrends } from "./since-version.ts";

// In the order of releases, which is not that of text.
const RELEASES = ["1.2.0", "1.9.0", "1.10.0-beta.1", "1.10.0", "2026.4.26", "2026.4.27", "2026.10.1"];

function sample(version: string | undefined, verdict: Sample["verdict"], more: Partial<Sample> = {}): Sample {
  return {
    id: "a",
    title: "A",
    gateway: version === undefined ? "openclaw@latest" : `openclaw@${version}`,
    providerMode: "mock-openai",
    platform: "linux-x64",
    ...(version === undefined ? {} : { version }),
    runId: "r",
    at: "2026-01-02T03:04:05.000Z",
    verdict,
    ...(verdict === "failed" ? { fault: "product" } : {}),
    flaky: false,
    durationMs: 10,
    ...more,
  };
}

function trendOf(samples: readonly Sample[]) {
  const [found] = releaseTrends(samples);
  return found?.trend;
}

const runsOn = (version: string, verdict: Sample["verdict"]) =>
  fc.integer({ min: 1, max: 3 }).map((runs) => Array.from({ length: runs }, () => sample(version, verdict)));

const broken = fc.integer({ min: 0, max: RELEASES.length }).chain((from) =>
  fc
    .tuple(...RELEASES.map((version, place) => runsOn(version, place < from ? "passed" : "failed")))
    .chain((samples) => fc.shuffledSubarray(samples.flat(), { minLength: samples.flat().length }))
    .map((samples) => ({ from, samples })),
);

it("names the release that began to fail, in whatever order the runs were made", () => {
  fc.assert(
    fc.property(broken, ({ from, samples }) => {
      const [passedLast, failedFirst] = [RELEASES[from - 1], RELEASES[from]];
      const expected =
        passedLast === undefined
          ? { kind: "fails" }
          : failedFirst === undefined
            ? { kind: "passes" }
            : { kind: "began", passedLast, failedFirst };
      expect(trendOf(samples)).toEqual(expected);
    }),
  );
});

it("names no release as soon as one both passed and failed", () => {
  fc.assert(
    fc.property(broken, fc.constantFrom(...RELEASES), ({ samples }, version) => {
      const both = [...samples, sample(version, "passed"), sample(version, "failed")];
      expect(trendOf(both)).toEqual({ kind: "mixed" });
    }),
  );
});

it("is not led astray by what says nothing about a release", () => {
  fc.assert(
    fc.property(broken, fc.constantFrom(...RELEASES), ({ samples }, version) => {
      const silent = [
        sample(version, "failed", { fault: "harness" }),
        sample(version, "failed", { fault: "environment" }),
        sample(version, "skipped"),
        sample(version, "blocked"),
        sample(version, "none"),
        sample(undefined, "failed"),
      ];
      const [found] = releaseTrends([...samples, ...silent]);
      expect(found).toMatchObject({ trend: trendOf(samples), leftOut: 3 });
    }),
  );
});

it.each<[string, [string, Sample["verdict"]][], object]>([
  [
    "failed and then passes",
    [
      ["1.9.0", "failed"],
      ["1.10.0", "passed"],
    ],
    { kind: "fixed", failedLast: "1.9.0", passedFirst: "1.10.0" },
  ],
  [
    "failed in between",
    [
      ["1.2.0", "passed"],
      ["1.9.0", "failed"],
      ["1.10.0", "passed"],
    ],
    { kind: "mixed" },
  ],
  ["has no valid version", [["nightly", "failed"]], { kind: "unknown" }],
])("what %s", (_what, results, trend) => {
  expect(trendOf(results.map(([version, verdict]) => sample(version, verdict)))).toEqual(trend);
});

const verdict = fc.constantFrom<Sample["verdict"]>("passed", "failed", "skipped", "blocked", "none");

it("counts every sample once, and finds the row of failures that lasts until now", () => {
  fc.assert(
    fc.property(fc.array(verdict, { minLength: 1 }), (verdicts) => {
      const samples = verdicts.map((each, index) => sample("1.0.0", each, { runId: `r${index}` }));
      const [history] = historiesOf(samples);
      if (!history) throw new Error("there is one");
      const { passed, failed, skipped, blocked, runs, withoutResult } = history;
      expect(passed + failed + skipped + blocked).toBe(runs);
      expect(runs + withoutResult).toBe(verdicts.length);
      expect(history.passRate).toBe(passed + failed === 0 ? undefined : passed / (passed + failed));
      expect(history.firstFailure?.runId).toBe(failed === 0 ? undefined : `r${verdicts.indexOf("failed")}`);
      const since = verdicts.indexOf("failed", verdicts.lastIndexOf("passed") + 1);
      expect(history.failingSince?.runId).toBe(since === -1 ? undefined : `r${since}`);
    }),
  );
});

it("counts failures through a fault of the harness or the environment separately, in both views", () => {
  const samples = [
    sample("1.9.0", "passed"),
    sample("1.10.0", "failed", { fault: "environment" }),
    sample("1.10.0", "failed", { fault: "harness" }),
  ].map((one) => ({ ...one, gateway: "openclaw@latest" }));
  expect(historiesOf(samples)).toMatchObject([
    { runs: 1, passed: 1, failed: 0, failedOtherwise: 2, passRate: 1 },
  ]);
  expect(historiesOf(samples)[0]?.failingSince).toBeUndefined();
  expect(releaseTrends(samples)).toMatchObject([{ trend: { kind: "passes" }, leftOut: 2 }]);
});

it("keeps model modes apart in both views, and platforms in the history", () => {
  const samples = [
    sample("1.9.0", "passed"),
    sample("1.9.0", "failed", { providerMode: "live-frontier" }),
    sample("1.9.0", "failed", { platform: "darwin-arm64" }),
  ];
  expect(
    historiesOf(samples).map(({ providerMode, platform, passed, failed }) => [
      providerMode,
      platform,
      passed,
      failed,
    ]),
  ).toEqual([
    ["live-frontier", "linux-x64", 0, 1],
    ["mock-openai", "darwin-arm64", 0, 1],
    ["mock-openai", "linux-x64", 1, 0],
  ]);
  expect(releaseTrends(samples).map(({ providerMode, trend }) => [providerMode, trend.kind])).toEqual([
    ["live-frontier", "fails"],
    ["mock-openai", "mixed"],
  ]);
});
