import { expect, test } from "vitest";
import { answerOf } from "./answer.ts";
import { releasesFrom } from "./releases.ts";
import type { Searched } from "./search.ts";

const RELEASES = ["2026.4.26", "2026.5.2", "2026.5.7", "2026.6.1"];
const REPORT = {
  scenario: "dm-routing",
  releases: RELEASES,
  judged: [{ version: "2026.4.26", why: "blocked: it has no channel", runs: [] }],
};

// The design's Words: yes, yes with steps, no, inconclusive.
test.for([
  [{ kind: "found", lastGood: 1, firstBad: 2 }, "found", 0, /began to fail in 2026\.5\.7: .* 2026\.5\.2,/],
  [
    { kind: "found", lastGood: 0, firstBad: 3 },
    "between",
    5,
    /after 2026\.4\.26, and in 2026\.6\.1 .*5\.2, /,
  ],
  [{ kind: "wrong-end", end: "good", judgement: "bad" }, "no", 1, /fails on 2026\.4\.26, .*--good/],
  [{ kind: "wrong-end", end: "bad", judgement: "good" }, "no", 1, /passes on 2026\.6\.1, .*--bad/],
  [{ kind: "wrong-end", end: "good", judgement: "unknown" }, "inconclusive", 4, /2026\.4\.26.*no channel/],
  [{ kind: "wrong-end", end: "bad", judgement: "unknown" }, "inconclusive", 4, /2026\.6\.1/],
] as const)("%j is the answer %s, exit code %i", ([searched, answer, exitCode, sentence]) => {
  const result = answerOf(searched satisfies Searched, REPORT);
  expect(result).toMatchObject({ answer, exitCode, sentence: expect.stringMatching(sentence) });
});

const PUBLISHED = [
  "2026.5.12",
  "2026.5.7",
  "2026.5.14-beta.1",
  "2026.5.3-1",
  "2026.5.3",
  "2026.5.2",
  "0.0.1",
];

test.for([
  ["2026.5.2", "2026.5.12", ["2026.5.2", "2026.5.3", "2026.5.7", "2026.5.12"]],
  ["2026.5.3-1", "2026.5.12", ["2026.5.3-1", "2026.5.3", "2026.5.7", "2026.5.12"]],
  ["2026.5.7", "2026.5.14-beta.1", ["2026.5.7", "2026.5.12", "2026.5.14-beta.1"]],
  ["2026.5.2", "2026.5.14-beta.1", ["2026.5.2", "2026.5.3-1", "2026.5.3", "2026.5.7", "2026.5.12"]],
] as const)("from %s to %s lie the releases, and pre-releases if an end is one", ([oldest, newest, all]) => {
  expect(releasesFrom(oldest, newest, PUBLISHED)).toEqual(
    all.includes(newest as never) ? all : [...all, newest],
  );
});
