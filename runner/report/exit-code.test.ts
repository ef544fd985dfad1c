import { expect, it } from "vitest";
import { exitCodeFor } from "./exit-code.ts";
import type { ScenarioReport } from "./report-schema.ts";

function scenario(facts: Pick<ScenarioReport, "verdict"> & Partial<ScenarioReport>): ScenarioReport {
  return {
    id: "x",
    title: "x",
    file: "x.md",
    tags: [],
    named: false,
    durationMs: 1,
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

it.each<[string, number, ScenarioReport[], { interrupted?: boolean; harnessFailures?: number }?]>([
  ["everything passed", 0, [passed, passed]],
  ["a matched scenario was skipped", 0, [passed, skipped]],
  ["a matched scenario was blocked", 0, [passed, blocked]],
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
  ["interrupted", 130, [passed], { interrupted: true }],
  ["interrupted after failures", 130, [failed("harness")], { interrupted: true, harnessFailures: 1 }],
])(
  "when %s the exit code is %i",
  (_case, code, scenarios, { interrupted = false, harnessFailures = 0 } = {}) => {
    expect(exitCodeFor({ interrupted, scenarios }, harnessFailures)).toBe(code);
  },
);
