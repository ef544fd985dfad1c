import { EXIT } from "../base/exit-codes.ts";
import { commandLine, userFolder } from "../base/invocation.ts";
import { displayPath } from "../base/paths.ts";
import { plural } from "../base/text.ts";
import { type WithoutActs, withoutActs } from "../prove/vacuous.ts";
import { VACUOUS_VERSION, type VacuousReport } from "../prove/vacuous-schema.ts";
import { headlineOf } from "../report/chain-text.ts";
import type { RunEvent, ScenarioFinished } from "../report/events.ts";
import { toArgs, withIds } from "./command-options.ts";
import { textTable } from "./output.ts";
import { chosenToProve, type ProveOptions } from "./prove-chosen.ts";
import { runAll, STEP } from "./prove-pairs.ts";
import { answer, gatewayToProve, untilOf } from "./proving.ts";
import { printNote } from "./redacted.ts";
import { newRunId, type Session } from "./session.ts";
import { outFolder } from "./workspace.ts";

interface Asked extends WithoutActs {
  scenario: string;
  file: string;
  /** Labels of what was found to hold. */
  holds: Set<string>;
  end?: ScenarioFinished;
}

/**
 * `qa prove --vacuous`: runs each scenario up to each step that acts and expects something, without the acts of that step, and
 * shows what holds all the same.
 * @returns the exit code
 * @throws UsageError, InvalidScenarios; QaError if the gateway cannot be prepared; the signal's reason
 */
export async function proveVacuous(
  ids: readonly string[],
  options: ProveOptions,
  session: Session,
): Promise<number> {
  const until = untilOf(options);
  const folder = outFolder(options.out, "report", `vacuous-${newRunId()}`);
  const gateway = await gatewayToProve(options, session, "break");
  const scenarios = await chosenToProve(ids, options, gateway, session);
  const asked = new Map<string, Asked>();
  printNote(
    `${plural(scenarios.length, "scenario")}, up to each step that acts, and without what it does …\n`,
  );
  await runAll(
    scenarios,
    { options, session, gateway, until, folder },
    {
      arrange: (prepared) => {
        const { scenario, flow } = prepared;
        return (flow ? withoutActs(flow) : []).map((own, index) => {
          const id = `${scenario.id}${STEP}${index + 1}`;
          asked.set(id, { ...own, scenario: scenario.id, file: scenario.file.name, holds: new Set() });
          return { ...prepared, scenario: { ...scenario, id }, flow: own.flow };
        });
      },
      onEvent: (event) => hear(asked, event),
      onFinished: (event) => {
        const own = asked.get(event.scenarioId);
        if (own) own.end = event;
      },
    },
  );
  session.signal.throwIfAborted();
  const report = reportOf([...asked.values()], {
    command: commandLine(withIds("prove", ids, toArgs(options))),
    report: folder,
  });
  return answer(report, options, { text: inWords });
}

function hear(asked: ReadonlyMap<string, Asked>, event: RunEvent): void {
  if (event.type !== "statement-started") return;
  const own = asked.get(event.scenarioId);
  if (own?.asked.has(event.label)) own.holds.add(event.label);
}

function reportOf(all: readonly Asked[], about: Pick<VacuousReport, "command" | "report">): VacuousReport {
  const vacuous: VacuousReport["vacuous"] = [];
  const unknown: VacuousReport["unknown"] = [];
  for (const { scenario, file, asked, holds, end } of all) {
    const [first] = asked.values();
    const why = whyUnknown(end, first?.step);
    if (why !== undefined) {
      unknown.push({ scenario, step: first?.step ?? "", why });
      continue;
    }
    for (const [label, { step, line, label: expects, because }] of asked) {
      // What must go on to hold is looked at again at the end.
      if (!holds.has(label) || end?.failure?.position?.line === line) continue;
      vacuous.push({ scenario, file, line, step, expects, ...(because === undefined ? {} : { because }) });
    }
  }
  const count = all.reduce((sum, { asked }) => sum + asked.size, 0);
  return {
    version: VACUOUS_VERSION,
    createdAt: new Date().toISOString(),
    ...about,
    ...answerOf(count, vacuous, unknown),
    asked: count,
    vacuous,
    unknown,
  };
}

/** What ended a run before the step, or without a word about it. */
function whyUnknown(end: ScenarioFinished | undefined, step: string | undefined): string | undefined {
  if (!end) return "it was not run";
  const { verdict, failure, reason } = end;
  if (verdict === "passed" || (failure && failure.step?.name === step && failure.fault === "product"))
    return undefined;
  return failure ? headlineOf(failure) : (reason ?? verdict);
}

function answerOf(
  asked: number,
  vacuous: VacuousReport["vacuous"],
  unknown: VacuousReport["unknown"],
): Pick<VacuousReport, "exitCode" | "sentence"> {
  const bare = vacuous.filter(({ because }) => because === undefined);
  if (asked === 0)
    return {
      exitCode: EXIT.harness,
      sentence:
        "Nothing can be said: no step of the scenarios both acts and expects something that could be missing",
    };
  if (bare.length > 0)
    return {
      exitCode: EXIT.failed,
      sentence: `No: ${bare.length} of ${plural(asked, "expectation")} ${bare.length === 1 ? "holds" : "hold"} as well when the step does nothing`,
    };
  if (unknown.length > 0)
    return {
      exitCode: EXIT.withSteps,
      sentence: `Yes, of what could be asked; left: ${plural(unknown.length, "step")} of which nothing can be said`,
    };
  const named =
    vacuous.length > 0 ? `, but for ${vacuous.length} that ${vacuous.length === 1 ? "says" : "say"} why` : "";
  return {
    exitCode: EXIT.passed,
    sentence: `Yes: each of ${plural(asked, "expectation")} needs what its step does${named}`,
  };
}

function inWords({ vacuous, unknown, sentence, report }: VacuousReport): string {
  const rows = vacuous.map(({ file, line, expects, because }) => [
    `${file}:${line}`,
    expects,
    because === undefined ? "-" : because,
  ]);
  const table =
    rows.length > 0
      ? `${textTable([["holds without the step's acts", "expects", "because"], ...rows])}\n`
      : "";
  const others = unknown.map(({ scenario, step, why }) => `unknown: ${scenario}, ${step}: ${why}\n`).join("");
  return `${table}${others}${sentence}.\nReport: ${displayPath(report, userFolder())}\n`;
}
