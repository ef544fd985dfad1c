import { EXIT } from "../base/exit-codes.ts";
import type { BisectReport, BisectResult } from "./bisect-schema.ts";
import type { Searched } from "./search.ts";

/** What a search says, in words and as an exit code: `passed` for yes, `withSteps` for yes with something left open. */
export function answerOf(
  searched: Searched,
  { scenario, releases, judged }: Pick<BisectReport, "scenario" | "releases" | "judged">,
): Omit<BisectResult, "finishedAt" | "difference"> {
  if (searched.kind === "wrong-end") {
    const { end, judgement } = searched;
    const version = (end === "good" ? releases[0] : releases.at(-1)) ?? "";
    if (judgement === "unknown") {
      const why = judged.find((release) => release.version === version)?.why ?? "it could not be judged";
      return {
        answer: "inconclusive",
        exitCode: EXIT.harness,
        sentence: `nothing can be said of ${version}, the ${end} end: ${why}`,
      };
    }
    const seen = end === "good" ? "fails" : "passes";
    const other = end === "good" ? "an older release with --good" : "another release with --bad";
    return {
      answer: "no",
      exitCode: EXIT.failed,
      sentence: `${scenario} ${seen} on ${version}, which was said to be ${end}: give ${other}`,
    };
  }
  const [lastGood = "", ...others] = releases.slice(searched.lastGood, searched.firstBad + 1);
  const firstBad = others.pop() ?? "";
  if (others.length === 0) {
    return {
      answer: "found",
      exitCode: EXIT.passed,
      sentence: `${scenario} began to fail in ${firstBad}: it passes on ${lastGood}, the release before`,
      lastGood,
      firstBad,
      unknown: [],
    };
  }
  return {
    answer: "between",
    exitCode: EXIT.withSteps,
    sentence: `${scenario} began to fail after ${lastGood}, and in ${firstBad} at the latest: nothing can be said of ${others.join(", ")}`,
    lastGood,
    firstBad,
    unknown: others,
  };
}
