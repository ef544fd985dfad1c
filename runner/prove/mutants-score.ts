import { EXIT } from "../base/exit-codes.ts";
import { plural } from "../base/text.ts";
import { type DrawnMutant, folderOf, type MutantsFile } from "./mutants.ts";
import type { MutantsReport, ReportedMutant } from "./mutants-schema.ts";
import { alarmAnswer, percentOf } from "./score.ts";

/** Of those drawn, so many may be called equivalent, in percent. */
const MOST_EQUIVALENT = 10;

/** What is known of each mutant, by folder, file and line. */
export function reported({ mutants, judged }: Pick<MutantsFile, "mutants" | "judged">): ReportedMutant[] {
  return mutants
    .map((mutant): ReportedMutant => {
      const { passedBy, tried, killed, broke, ...place } = mutant;
      const own = judged.get(mutant.id);
      const state = killed ? "killed" : (own?.as ?? stateOf(mutant));
      const [why] = killed ? [] : own ? [own.because] : broke.values();
      return {
        ...place,
        state,
        passedBy: passedBy.size,
        tried: tried.size,
        ...(killed ?? {}),
        ...(why === undefined ? {} : { why }),
      };
    })
    .sort((one, other) => (one.path === other.path ? one.line - other.line : one.path < other.path ? -1 : 1));
}

function stateOf({ passedBy, tried, broke }: DrawnMutant): ReportedMutant["state"] {
  if (tried.size + broke.size < passedBy.size) return "left";
  return broke.size > 0 ? "broke" : "survived";
}

export function mutantsScore(mutants: readonly ReportedMutant[], possible: number): MutantsReport["score"] {
  const count = (state: ReportedMutant["state"]) => mutants.filter((each) => each.state === state).length;
  const [killed, equivalent] = [count("killed"), count("equivalent")];
  return {
    possible,
    drawn: mutants.length,
    killed,
    survived: count("survived"),
    broke: count("broke"),
    left: count("left"),
    equivalent,
    outOfScope: count("out-of-scope"),
    percent: percentOf(killed, mutants.length - equivalent),
  };
}

/** The same for each folder, or for each operator. */
export function tallied(
  mutants: readonly ReportedMutant[],
  by: "folder" | "operator",
): MutantsReport["folders"] {
  const groups = Map.groupBy(mutants, (each) => (by === "folder" ? folderOf(each) : each.operator));
  return [...groups.keys()].sort().map((name) => {
    const own = groups.get(name) ?? [];
    const { drawn, killed, percent } = mutantsScore(own, 0);
    return { name, drawn, killed, percent };
  });
}

/** The answer to whether the scenarios notice the mutants, and its exit code. @param min percent that are to be killed */
export function mutantsAnswer(
  score: MutantsReport["score"],
  falseAlarms: MutantsReport["falseAlarms"],
  min: number,
): Pick<MutantsReport, "exitCode" | "sentence"> {
  if (falseAlarms.length > 0) return alarmAnswer(falseAlarms, "with no mutant switched on");
  const { drawn, killed, left, broke, survived, outOfScope, equivalent, percent } = score;
  const says = `${killed} of ${plural(drawn - equivalent, "mutant")} (${percent} %)`;
  if (drawn === 0 || killed + survived + broke + outOfScope === 0)
    return { exitCode: EXIT.harness, sentence: "Nothing can be said: no mutant was tried to its end" };
  if (percentOf(equivalent, drawn) > MOST_EQUIVALENT)
    return {
      exitCode: EXIT.failed,
      sentence: `No: ${equivalent} of ${plural(drawn, "mutant")} are called equivalent, more than ${MOST_EQUIVALENT} %`,
    };
  if (left > 0)
    return {
      exitCode: EXIT.withSteps,
      sentence: `The scenarios notice ${says} so far; left: ${plural(left, "mutant")} that not all scenarios have tried`,
    };
  if (percent < min)
    return { exitCode: EXIT.failed, sentence: `No: the scenarios notice ${says}, fewer than ${min} %` };
  const rest = survived + broke;
  return rest > 0
    ? {
        exitCode: EXIT.withSteps,
        sentence: `Yes, the scenarios notice ${says}; left to be read: ${plural(rest, "mutant")} that nobody notices`,
      }
    : { exitCode: EXIT.passed, sentence: `Yes: the scenarios notice ${says}, and the others were read` };
}
