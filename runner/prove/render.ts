import { element } from "../report/reporters/junit/xml.ts";
import type { ProvenScenario, ProveReport } from "./prove-schema.ts";
import { percentOf } from "./score.ts";

/** Rows for people: each scenario with its score, and what it did not notice. */
export function scenarioRows(scenarios: readonly ProvenScenario[]): string[][] {
  return [
    ["scenario", "notices", "score", "does not notice"],
    ...scenarios.map((scenario) => {
      const killed = Object.keys(scenario.killed).length;
      const tried = killed + scenario.survived.length;
      const others: [string, readonly string[]][] = [
        ["broke", Object.keys(scenario.broke)],
        ["not tried", scenario.left],
      ];
      const rest = others.flatMap(([what, names]) =>
        names.length > 0 ? [`${what}: ${names.join(", ")}`] : [],
      );
      return [
        scenario.id,
        `${killed} of ${tried}`,
        tried === 0 ? "-" : `${percentOf(killed, tried)} %`,
        [scenario.survived.join(", ") || "-", ...rest].join("; "),
      ];
    }),
  ];
}

/** Rows for people: each fault with who notices it. */
export function faultRows(faults: ProveReport["faults"]): string[][] {
  return [
    ["fault", "noticed by", "score", "scenarios"],
    ...faults.map(({ name, killedBy, survivedIn }) => {
      const tried = killedBy.length + survivedIn.length;
      return [
        name,
        `${killedBy.length} of ${tried}`,
        `${percentOf(killedBy.length, tried)} %`,
        killedBy.join(", ") || "nobody",
      ];
    }),
  ];
}

/** As JUnit XML: a suite for each scenario, a test case for each fault. A fault that nobody there notices is a failure. */
export function renderJunit({ scenarios, falseAlarms }: ProveReport): string {
  const suites = scenarios.map((scenario) => {
    const { id, killed, survived, broke, left, notReached } = scenario;
    const cases = [
      ...Object.entries(killed).map(([fault, at]) => caseOf(id, fault, [element("system-out", {}, at)])),
      ...survived.map((fault) =>
        caseOf(id, fault, [
          element("failure", {
            type: "survived",
            message: `it passes although the gateway has the fault ${fault}`,
          }),
        ]),
      ),
      ...Object.entries(broke).map(([fault, why]) =>
        caseOf(id, fault, [element("error", { type: "broke", message: why })]),
      ),
      ...notReached.map((fault) => caseOf(id, fault, [element("skipped", { message: "not reached" })])),
      ...left.map((fault) => caseOf(id, fault, [element("skipped", { message: "not tried" })])),
    ];
    const counts = {
      tests: cases.length,
      failures: survived.length,
      errors: Object.keys(broke).length,
      skipped: left.length + notReached.length,
    };
    return element("testsuite", { name: id, ...counts }, cases);
  });
  return junitOf("gateway-qa prove", "the healthy gateway", falseAlarms, suites);
}

/**
 * The JUnit document of a proof: a suite of false alarms, where there are any, and those of what was tried.
 * @param healthy what the false alarms are about
 */
export function junitOf(
  name: string,
  healthy: string,
  falseAlarms: ProveReport["falseAlarms"],
  suites: readonly string[],
): string {
  const alarms = falseAlarms.map(({ scenario, why }) =>
    caseOf(scenario, healthy, [element("error", { type: "false-alarm", message: why })]),
  );
  const ofAlarms =
    alarms.length > 0
      ? [element("testsuite", { name: "false alarms", tests: alarms.length, errors: alarms.length }, alarms)]
      : [];
  return `<?xml version="1.0" encoding="UTF-8"?>\n${element("testsuites", { name }, [...ofAlarms, ...suites])}`;
}

/** A test case. @param fault what was broken */
export function caseOf(scenario: string, fault: string, content: readonly string[]): string {
  return element("testcase", { name: fault, classname: scenario }, content);
}
