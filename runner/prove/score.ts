import { EXIT } from "../base/exit-codes.ts";
import { plural } from "../base/text.ts";
import type { ProvenScenario, ProveReport } from "./prove-schema.ts";

type Judged = Pick<ProveReport, "scenarios" | "falseAlarms">;

/** The scenarios by fault: who notices it, and who does not. */
export function faultsOf(scenarios: readonly ProvenScenario[]): ProveReport["faults"] {
  const names = new Set(scenarios.flatMap(({ killed, survived }) => [...Object.keys(killed), ...survived]));
  return [...names].sort().map((name) => ({
    name,
    killedBy: scenarios.filter(({ killed }) => Object.hasOwn(killed, name)).map(({ id }) => id),
    survivedIn: scenarios.filter(({ survived }) => survived.includes(name)).map(({ id }) => id),
  }));
}

/** Of the faults that the scenarios come by, those that at least one of them notices. */
export function scoreOf(faults: ProveReport["faults"]): ProveReport["score"] {
  const killed = faults.filter(({ killedBy }) => killedBy.length > 0).length;
  return { killed, reached: faults.length, percent: percentOf(killed, faults.length) };
}

/** From 0 to 100, with one decimal; rounded down, so that 100 is all. */
export function percentOf(part: number, whole: number): number {
  return whole === 0 ? 0 : Math.floor((1000 * part) / whole) / 10;
}

/** The answer where something failed with nothing broken. @param how it was run: `on the healthy gateway` */
export function alarmAnswer(
  falseAlarms: ProveReport["falseAlarms"],
  how: string,
): Pick<ProveReport, "exitCode" | "sentence"> {
  const { fault, scenario } = falseAlarms[0] ?? { fault: "", scenario: "" };
  const which = falseAlarms.length > 1 ? `${scenario} and ${falseAlarms.length - 1} more` : scenario;
  return fault === "harness" || fault === "environment"
    ? {
        exitCode: EXIT.harness,
        sentence: `Nothing can be said: ${which} failed ${how} through the ${fault}`,
      }
    : { exitCode: EXIT.failed, sentence: `No: a false alarm, ${which} failed ${how}` };
}

/**
 * The answer to whether the scenarios notice a broken gateway, and its exit code.
 * @param min percent that the score has to reach
 */
export function answerOf(
  { scenarios, falseAlarms }: Judged,
  faults: ProveReport["faults"],
  min: number | undefined,
): Pick<ProveReport, "exitCode" | "sentence"> {
  if (falseAlarms.length > 0) return alarmAnswer(falseAlarms, "on the healthy gateway");
  const score = scoreOf(faults);
  const says = `${score.killed} of ${plural(score.reached, "fault")} (${score.percent} %)`;
  const untried = scenarios.filter(({ tried, left }) => !tried || left.length > 0);
  const broken = scenarios.filter(({ broke }) => Object.keys(broke).length > 0);
  const judged = scenarios.filter(({ killed, survived }) => Object.keys(killed).length + survived.length > 0);
  if (judged.length === 0)
    return { exitCode: EXIT.harness, sentence: "Nothing can be said: no fault was tried to its end" };
  const unproven = scenarios.filter(
    ({ tried, proven, left, broke }) => tried && !proven && left.length + Object.keys(broke).length === 0,
  );
  if (unproven.length > 0) {
    const names = unproven.map(({ id }) => id).join(", ");
    return {
      exitCode: EXIT.failed,
      sentence: `No: ${names} ${unproven.length === 1 ? "passes" : "pass"} with every fault; the scenarios notice ${says}`,
    };
  }
  if (min !== undefined && score.percent < min)
    return { exitCode: EXIT.failed, sentence: `No: the scenarios notice ${says}, fewer than ${min} %` };
  const rest = [
    ...(score.killed < score.reached
      ? [`${plural(score.reached - score.killed, "fault")} that nobody notices`]
      : []),
    ...(untried.length > 0 ? [`${plural(untried.length, "scenario")} with faults that were not tried`] : []),
    ...(broken.length > 0 ? [`${plural(broken.length, "scenario")} that broke otherwise`] : []),
  ];
  return rest.length > 0
    ? { exitCode: EXIT.withSteps, sentence: `Yes, the scenarios notice ${says}; left: ${rest.join(", ")}` }
    : { exitCode: EXIT.passed, sentence: `Yes: each scenario fails when it should, and they notice ${says}` };
}
