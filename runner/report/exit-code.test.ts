import { expect, it } from "vitest";
import { exitCodeFor, whyUnreliable } from "./exit-code.ts";
import type { ScenarioReport } from "./schema/report-schema.ts";

function scenario(facts: Pick<ScenarioReport, "verdict"> & Partial<ScenarioReport>): ScenarioReport {
  return {
    id: "x",
    title: "x",
    file: "x.md",
    tags: [],
    named: false,
    flaky: false,
    durationMs: 1,
    attempts: [],
    steps: [],
    cleanupProblems: [],
    evidence: [],
    rerun: "pnpm qa run x",
    ...facts,
  };
}

const passed = scenario({ verdict: "passed" });
const skipped = scenario({ verdict: "skipped" });
const blocked = scenario({ verdict: "blocked" });
const named = { named: true };
const failed = (fault: ScenarioReport["fault"]) => scenario({ verdict: "failed", fault });

const flaky = scenario({ verdict: "passed", flaky: true });
const strict = { policy: { retries: 2, repeat: 1, failOnFlaky: true } };
const quarantine = [{ id: "x", owner: "channels", reason: "known", expires: "2099-01-01" }];

type Run = Partial<Parameters<typeof exitCodeFor>[0]> & { harnessFailures?: number };

it.each<[string, number, ScenarioReport[], Run?]>([
  ["everything passed", 0, [passed, passed]],
  ["a matched scenario was skipped", 0, [passed, skipped]],
  ["a matched scenario was blocked", 0, [passed, blocked]],
  ["the machine kept a matched scenario from running", 4, [passed, { ...blocked, fault: "environment" }]],
  ["all that matched were skipped", 0, [skipped, skipped]],
  ["the product failed", 1, [passed, failed("product")]],
  ["the scenario is wrong", 1, [passed, failed("scenario")]],
  ["the harness failed", 4, [passed, failed("harness")]],
  ["the environment failed", 4, [passed, failed("environment")]],
  ["product and harness failed", 4, [failed("product"), failed("harness")]],
  ["a failure without a fault", 4, [failed(undefined)]],
  ["a named scenario was skipped", 4, [passed, { ...skipped, ...named }]],
  ["a named scenario was blocked", 4, [passed, { ...blocked, ...named }]],
  ["nothing passed and something was blocked", 4, [skipped, blocked]],
  ["nothing ran", 4, []],
  ["something was not torn down", 4, [{ ...passed, cleanupProblems: ["a process"] }]],
  ["a reporter failed", 4, [passed], { harnessFailures: 1 }],
  ["a reporter and a scenario failed", 4, [failed("product")], { harnessFailures: 1 }],
  ["a scenario was flaky", 0, [flaky]],
  ["a scenario was flaky, which is to fail", 1, [passed, flaky], strict],
  ["nothing was flaky, which is to fail", 0, [passed], strict],
  ["a scenario in quarantine was flaky, which is to fail", 0, [flaky], { ...strict, quarantine }],
  ["a scenario in quarantine failed", 0, [failed("product")], { quarantine }],
  ["a scenario in quarantine failed through the harness", 0, [failed("harness")], { quarantine }],
  ["a scenario that is not in quarantine failed", 1, [{ ...failed("product"), id: "y" }], { quarantine }],
  ["something in quarantine was not torn down", 4, [{ ...passed, cleanupProblems: ["x"] }], { quarantine }],
  ["interrupted", 130, [passed], { interrupted: true }],
  ["interrupted after failures", 130, [failed("harness")], { interrupted: true, harnessFailures: 1 }],
])("when %s the exit code is %i", (_case, code, scenarios, { harnessFailures = 0, ...run } = {}) => {
  expect(exitCodeFor({ interrupted: false, ...run, scenarios }, harnessFailures)).toBe(code);
});

const why = (scenarios: ScenarioReport[], exitCode = 4) =>
  whyUnreliable({ interrupted: false, scenarios, exitCode });

it.each<[string, ScenarioReport[], string | RegExp]>([
  ["a reporter failed", [passed], /something besides the scenarios failed/],
  ["a reporter failed beside a failure of the product", [failed("product")], /besides the scenarios/],
  ["nothing ran", [], "nothing ran"],
  ["a process stayed", [{ ...passed, cleanupProblems: ["a process"] }], "x left something behind: a process"],
  [
    "a named one was skipped, for a reason that is a sentence",
    [{ ...skipped, ...named, reason: "guarded by X. Set X=1 to run it." }],
    "x was asked for and is skipped: guarded by X. Set X=1 to run it",
  ],
  ["a named one was skipped", [{ ...skipped, ...named, reason: "no" }], "x was asked for and is skipped: no"],
  ["all was blocked", [blocked], "nothing passed, and something was blocked"],
])("says why there is no result to rely on when %s", (_what, scenarios, words) => {
  expect(why(scenarios)).toMatch(words);
});

it("has nothing to add where a scenario says so, or the result can be relied on", () => {
  expect(why([failed("harness"), { ...passed, cleanupProblems: ["a process"] }])).toBeUndefined();
  expect(why([failed("product")], 1)).toBeUndefined();
});
