import { posix } from "node:path";
import { oneLine, shorten } from "../../../base/text.ts";
import { headlineOf } from "../../chain-text.ts";
import { RUN_ITSELF, whyUnreliable } from "../../exit-code.ts";
import { excuseFor, failedAttempts, otherFailures, resultNotes } from "../../outcomes.ts";
import type { AttemptReport, RunReport, ScenarioReport } from "../../schema/report-schema.ts";
import { failureText } from "../console/failure-block.ts";
import { element } from "./xml.ts";

const LONGEST_MESSAGE = 1000;

type Outcome = Pick<AttemptReport, "fault" | "failure" | "evidence">;

/**
 * The report as JUnit XML, in the form of Surefire's reports: one suite for the run, a test case for each
 * scenario. A failure through the harness or the environment is an `error`, any other a `failure`;
 * tries that a later one made good are `flakyFailure`s, further failed ones `rerunFailure`s.
 */
export function renderJunit(report: RunReport): string {
  const { scenarios } = report;
  const failed = scenarios.filter(({ verdict }) => verdict === "failed");
  const ofTheRun = runCase(report);
  const errors = failed.filter(isError).length + ofTheRun.length;
  const counts = {
    tests: scenarios.length + ofTheRun.length,
    failures: failed.filter((scenario) => !isError(scenario)).length,
    errors,
  };
  const name = `gateway-qa ${report.job ?? report.gateway}`;
  const time = seconds(report.durationMs);
  const suite = element(
    "testsuite",
    {
      name,
      ...counts,
      skipped: report.counts.skipped + report.counts.blocked,
      time,
      timestamp: report.startedAt.replace(/\.\d+Z$/, ""),
    },
    [properties(report), ...scenarios.map((scenario) => testCase(scenario, report)), ...ofTheRun],
  );
  return `<?xml version="1.0" encoding="UTF-8"?>\n${element("testsuites", { name, ...counts, time }, [suite])}`;
}

function properties(report: RunReport): string {
  const { tool, shard } = report;
  const facts: [string, string | undefined][] = [
    ["run", report.runId],
    ["command", report.command],
    ["gateway", report.gateway],
    ["gateway.product", distinct(report, ({ product }) => product)],
    ["gateway.version", distinct(report, ({ version }) => version)],
    ["gateway.buildId", distinct(report, ({ buildId }) => buildId)],
    ["gateway.node", distinct(report, ({ node }) => node)],
    ["model", report.providerMode],
    ["lane", report.lane],
    ["job", report.job],
    ["shard", shard && `${shard.index}/${shard.total}`],
    ["faults", report.faults?.join(",")],
    ["exitCode", `${report.exitCode}`],
    ["interrupted", report.interrupted ? "true" : undefined],
    ["tool", `${tool.name} ${tool.version}`],
    ["node", tool.node],
    ["platform", tool.platform],
  ];
  const known = facts.filter(([, value]) => value !== undefined && value !== "");
  return element(
    "properties",
    {},
    known.map(([name, value]) => element("property", { name, value })),
  );
}

/** One gateway each, but all of one kind: usually one value. */
function distinct(
  { scenarios }: RunReport,
  fact: (gateway: NonNullable<ScenarioReport["gateway"]>) => string | undefined,
): string {
  const values = scenarios.flatMap(({ gateway }) => (gateway ? (fact(gateway) ?? []) : []));
  return [...new Set(values)].join(", ");
}

/** A run that is not a success for a reason that no test case has gets one of its own: readers look at nothing else. */
function runCase(report: RunReport): string[] {
  const why = whyUnreliable(report);
  if (why === undefined) return [];
  const error = element("error", { message: shortMessage(why), type: "unreliable-run" }, why);
  const attributes = { name: RUN_ITSELF, classname: "gateway-qa", time: seconds(0) };
  return [element("testcase", attributes, [error, element("system-out", {}, why)])];
}

function testCase(scenario: ScenarioReport, report: RunReport): string {
  const attributes = {
    name: scenario.id,
    classname: className(scenario.file),
    time: seconds(scenario.durationMs),
  };
  return element("testcase", attributes, [...results(scenario, report), systemOut(scenario, report)]);
}

/** Surefire's schema wants everything about failures before everything about errors. */
function results(scenario: ScenarioReport, report: RunReport): string[] {
  if (scenario.verdict === "skipped" || scenario.verdict === "blocked") {
    const reason = scenario.reason ?? "no reason given";
    const message = scenario.verdict === "blocked" ? `blocked: ${reason}` : reason;
    return [element("skipped", { message: shortMessage(message) })];
  }
  const excuse = excuseFor(scenario, report);
  const prefix = excuse ? `quarantined until ${excuse.expires}: ` : "";
  const failed = scenario.verdict === "failed";
  const own = failed
    ? [
        {
          outcome: scenario,
          xml: element(
            isError(scenario) ? "error" : "failure",
            head(scenario, prefix),
            failureText(scenario),
          ),
        },
      ]
    : [];
  const word = failed ? "rerun" : "flaky";
  const others = (failed ? otherFailures(scenario) : failedAttempts(scenario)).map((outcome) => ({
    outcome,
    xml: element(`${word}${isError(outcome) ? "Error" : "Failure"}`, head(outcome), [
      element("stackTrace", {}, failureText(scenario, outcome)),
    ]),
  }));
  const all = [...own, ...others];
  const errors = all.filter(({ outcome }) => isError(outcome));
  return [...all.filter((entry) => !errors.includes(entry)), ...errors].map(({ xml }) => xml);
}

function head({ failure }: Outcome, prefix = ""): { message: string; type: string } {
  return {
    message: shortMessage(prefix + (failure ? headlineOf(failure) : "")),
    type: failure?.code ?? "failed",
  };
}

function systemOut(scenario: ScenarioReport, report: RunReport): string {
  return element(
    "system-out",
    {},
    [
      scenario.title,
      ...resultNotes(scenario, report),
      ...scenario.cleanupProblems.map((problem) => `clean-up: ${problem}`),
      ...(scenario.leaks ?? []).map((leak) => `leak: ${leak}`),
      ...scenario.evidence.map(({ kind, path }) => `${kind}: ${path}`),
      `run again: ${scenario.rerun}`,
    ]
      .map(oneLine)
      .join("\n"),
  );
}

/** No assertion failed: what was to be tested could not be. */
function isError({ fault }: Outcome): boolean {
  return fault !== "product" && fault !== "scenario";
}

/** `qa.scenarios.channel` for a file of that folder: viewers group by it. */
function className(file: string): string {
  const folders = posix.dirname(file).split("/");
  return folders.filter((folder) => !/^\.*$/.test(folder)).join(".") || "scenarios";
}

function shortMessage(message: string): string {
  return shorten(oneLine(message), LONGEST_MESSAGE);
}

function seconds(ms: number): string {
  return (ms / 1000).toFixed(3);
}
