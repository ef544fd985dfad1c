import { posix } from "node:path";
import type { Attachment, CTRFReport, Environment, RetryAttempt, Test } from "ctrf";
import { EXIT } from "../../base/exit-codes.ts";
import { withoutUndefined } from "../../base/json.ts";
import { printable } from "../../base/text.ts";
import { headlineOf } from "../chain-text.ts";
import { RUN_ITSELF, whyUnreliable } from "../exit-code.ts";
import { excuseFor, verdictText } from "../outcomes.ts";
import type { AttemptReport, RunReport, ScenarioReport } from "../schema/report-schema.ts";
import { failureText } from "./console/failure-block.ts";

/** Version of the Common Test Report Format that is written. */
const SPEC_VERSION = "0.0.0";

const STATUS = {
  passed: "passed",
  failed: "failed",
  skipped: "skipped",
  blocked: "other",
  "not-reached": "skipped",
} as const;

/**
 * The report in the Common Test Report Format (ctrf.io): a test for each scenario. A blocked one is `other`
 * with the raw status `blocked`.
 */
export function renderCtrf(report: RunReport): string {
  const { tool, counts } = report;
  const itself = runTest(report);
  const start = Date.parse(report.startedAt);
  const document: CTRFReport = {
    reportFormat: "CTRF",
    specVersion: SPEC_VERSION,
    runId: report.runId,
    timestamp: report.finishedAt,
    generatedBy: `${tool.name} ${tool.version}`,
    results: {
      tool: { name: tool.name, version: tool.version },
      summary: {
        tests: counts.total + itself.length,
        passed: counts.passed,
        failed: counts.failed + itself.length,
        skipped: counts.skipped,
        pending: 0,
        other: counts.blocked,
        flaky: counts.flaky,
        start,
        stop: start + Math.round(report.durationMs),
        duration: Math.round(report.durationMs),
      },
      tests: [...report.scenarios.map((scenario) => testOf(scenario, report)), ...itself],
      environment: environment(report),
    },
  };
  return `${JSON.stringify(document, null, 2)}\n`;
}

/** A run that is not a success for a reason that no test has gets one of its own: readers look at nothing else. */
function runTest(report: RunReport): Test[] {
  const why = whyUnreliable(report);
  if (why === undefined) return [];
  return [
    { name: RUN_ITSELF, status: "failed", rawStatus: "unreliable", duration: 0, message: printable(why) },
  ];
}

function testOf(scenario: ScenarioReport, report: RunReport): Test {
  const { failure, attempts, verdict, reason } = scenario;
  const earlier = attempts.slice(0, -1);
  const suite = posix
    .dirname(scenario.file)
    .split("/")
    .filter((folder) => folder !== "");
  return withoutUndefined({
    name: scenario.title || scenario.id,
    testId: scenario.id,
    status: STATUS[verdict],
    rawStatus: verdictText(scenario, report),
    duration: Math.round(scenario.durationMs),
    suite: suite.length > 0 ? suite : undefined,
    message: failure ? printable(headlineOf(failure)) : reason && printable(reason),
    trace: failure && failureText(scenario),
    snippet: failure?.codeFrame,
    line: failure?.position?.line,
    filePath: scenario.file,
    tags: scenario.tags,
    type: "e2e",
    // In this format only a test that passed in the end is flaky.
    flaky: scenario.flaky && verdict === "passed",
    retries: earlier.length,
    retryAttempts: earlier.length > 0 ? earlier.map((attempt) => retryAttempt(attempt, scenario)) : undefined,
    steps: scenario.steps.map(({ name, status, durationMs, details }) => ({
      name: printable(name),
      status: STATUS[status],
      extra: withoutUndefined({ rawStatus: status, durationMs, details }),
    })),
    attachments: attachments(scenario.evidence),
    extra: withoutUndefined({
      flakyInRun: scenario.flaky,
      fault: scenario.fault,
      code: failure?.code,
      hint: failure?.hint,
      rerun: scenario.rerun,
      quarantine: excuseFor(scenario, report),
      cleanupProblems: scenario.cleanupProblems.length > 0 ? scenario.cleanupProblems : undefined,
      leaks: scenario.leaks,
    }),
  });
}

function retryAttempt(attempt: AttemptReport, scenario: ScenarioReport): RetryAttempt {
  const { failure } = attempt;
  return withoutUndefined({
    attempt: attempt.attempt,
    status: STATUS[attempt.verdict],
    duration: Math.round(attempt.durationMs),
    message: failure && printable(headlineOf(failure)),
    trace: failure && failureText(scenario, attempt),
    line: failure?.position?.line,
    snippet: failure?.codeFrame,
    attachments: attachments(attempt.evidence),
  });
}

function attachments(evidence: ScenarioReport["evidence"]): Attachment[] {
  return evidence.map(({ kind, path }) => ({
    name: kind,
    contentType: path.endsWith(".jsonl") ? "application/jsonl" : "text/plain",
    path,
  }));
}

function environment(report: RunReport): Environment {
  const gateway = report.scenarios.find((scenario) => scenario.gateway)?.gateway;
  const { shard } = report;
  return withoutUndefined({
    reportName: report.job ?? report.lane,
    appName: gateway?.product,
    appVersion: gateway?.version,
    testEnvironment: report.gateway,
    osPlatform: report.tool.platform,
    shardId: shard && `${shard.index}/${shard.total}`,
    healthy: report.exitCode === EXIT.passed,
    extra: withoutUndefined({
      gatewayBuildId: gateway?.buildId,
      gatewayNode: gateway?.node,
      node: report.tool.node,
      model: report.providerMode,
      command: report.command,
      exitCode: report.exitCode,
      interrupted: report.interrupted,
      lane: report.lane,
      policy: report.policy,
      faults: report.faults,
    }),
  });
}
