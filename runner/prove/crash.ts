import { EXIT } from "../base/exit-codes.ts";
import { inShort, plural } from "../base/text.ts";
import { headlineOf } from "../report/chain-text.ts";
import type { ScenarioFinished } from "../report/events.ts";
import type { CrashedScenario, CrashReport } from "./crash-schema.ts";

/** What a kill at one point came to. */
export type KillResult = { kind: "survived" } | { kind: "not-reached" } | { kind: "failed"; why: string };

/** Failures that say nothing: the run ended. */
const CUT_OFF: ReadonlySet<string> = new Set(["interrupted", "run-timeout", "missing-result"]);

/** @returns undefined where it was cut off, or had not begun */
export function judgeKill({ verdict, failure, reason }: ScenarioFinished): KillResult | undefined {
  if (verdict === "passed") return { kind: "survived" };
  if (verdict === "skipped" || (failure && CUT_OFF.has(failure.code))) return undefined;
  if (!failure) return { kind: "failed", why: inShort(reason ?? "blocked") };
  if (failure.code === "fault-not-injected") return { kind: "not-reached" };
  return { kind: "failed", why: inShort(headlineOf(failure)) };
}

/** The answer to whether the gateway survives, and its exit code. */
export function crashAnswer(
  scenarios: readonly CrashedScenario[],
): Pick<CrashReport, "exitCode" | "sentence" | "survived" | "killed"> {
  const sum = (of: (each: CrashedScenario) => number) =>
    scenarios.reduce((total, each) => total + of(each), 0);
  const survived = sum((each) => each.survived);
  const killed = survived + sum(({ failed }) => failed.length);
  const counts = { survived, killed };
  const says = `${survived} of ${killed} survived`;
  if (killed > survived) return { ...counts, exitCode: EXIT.failed, sentence: `No: ${says}` };
  if (killed === 0)
    return { ...counts, exitCode: EXIT.harness, sentence: "Nothing can be said: nothing was killed" };
  const left = sum((each) => each.left);
  const notReached = sum((each) => each.notReached);
  const unknown = scenarios.filter(({ problem }) => problem !== undefined).length;
  const rest = [
    ...(left > 0 ? [`${plural(left, "point")} that the time did not suffice for`] : []),
    ...(notReached > 0 ? [`${plural(notReached, "point")} that another run did not come to`] : []),
    ...(unknown > 0 ? [`${plural(unknown, "scenario")} without points`] : []),
  ];
  return rest.length > 0
    ? { ...counts, exitCode: EXIT.withSteps, sentence: `Yes, ${says}; left: ${rest.join(", ")}` }
    : { ...counts, exitCode: EXIT.passed, sentence: `Yes: ${says}` };
}

/** In words, the shortest command for each that did not survive. */
export function renderCrashes({ scenarios, sentence }: CrashReport): string {
  const lines = scenarios.flatMap(({ id, survived, failed, problem }) => [
    problem === undefined
      ? `${id}: ${survived} of ${survived + failed.length} survived`
      : `${id}: ${problem}`,
    ...failed.flatMap(({ point, at, why, command }) => [`  ${point}, ${at}: ${why}`, `    ${command}`]),
  ]);
  return `${lines.join("\n")}\n\n${sentence}.\n`;
}
