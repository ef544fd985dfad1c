import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import type { Failure, ScenarioFinished } from "../report/events.ts";
import { judgePair } from "./judge.ts";
import type { ProvenScenario, ProveReport } from "./prove-schema.ts";
import { ProvenFile, toTry } from "./proven.ts";
import { renderJunit } from "./render.ts";
import { answerOf, faultsOf, percentOf } from "./score.ts";
import { textDigest, unprovenAmong } from "./unproven.ts";

function ended(verdict: ScenarioFinished["verdict"], failure?: Partial<Failure>): ScenarioFinished {
  return {
    ...{ type: "scenario-finished", at: 1, scenarioId: "a", attempt: 1, durationMs: 1, verdict },
    ...{ notReached: [], cleanupProblems: [], evidence: [], rerun: "qa run a" },
    ...(failure && {
      failure: { code: "expectation-failed", fault: "product", message: "it is not", ...failure },
    }),
  };
}

test("only a failure by the product's fault notices a broken product", () => {
  expect(judgePair(ended("passed"))).toEqual({ kind: "survived" });
  const step = { index: 0, name: "It answers" };
  const chain = { name: "reply", since: 1, links: [], missing: "sent" };
  expect(judgePair(ended("failed", { step, chain }))).toEqual({
    kind: "killed",
    at: "It answers › reply: sent",
  });
  expect(judgePair(ended("failed", {}))).toEqual({ kind: "killed", at: "the start of the gateway" });
  expect(judgePair(ended("failed", { fault: "scenario", code: "scenario-threw" }))).toEqual({
    kind: "broke",
    why: "scenario-threw, fault of the scenario: it is not",
  });
  expect(judgePair(ended("failed", { fault: "harness", code: "fault-not-injected" }))).toEqual({
    kind: "not-reached",
  });
  expect(judgePair({ ...ended("blocked"), reason: "no memory" })).toEqual({
    kind: "broke",
    why: "blocked: no memory",
  });
});

test("what was cut off, or did not begin, says nothing", () => {
  expect(judgePair(ended("skipped"))).toBeUndefined();
  expect(judgePair(ended("failed", { code: "interrupted", fault: "environment" }))).toBeUndefined();
});

function scenario(id: string, more: Partial<ProvenScenario>): ProvenScenario {
  const killed = more.killed ?? {};
  return {
    ...{ id, file: `${id}.md`, tried: true, proven: Object.keys(killed).length > 0, kept: false },
    ...{ killed, survived: [], notReached: [], broke: {}, left: [], ...more },
  };
}

function answer(scenarios: ProvenScenario[], min?: number, falseAlarms: ProveReport["falseAlarms"] = []) {
  return answerOf({ scenarios, falseAlarms }, faultsOf(scenarios), min);
}

test("a fault counts as noticed where one scenario notices it", () => {
  const both = [
    scenario("a", { killed: { hang: "s" }, survived: ["crash"] }),
    scenario("b", { killed: { crash: "s" }, survived: ["hang"] }),
  ];
  expect(faultsOf(both)).toEqual([
    { name: "crash", killedBy: ["b"], survivedIn: ["a"] },
    { name: "hang", killedBy: ["a"], survivedIn: ["b"] },
  ]);
  expect(answer(both)).toEqual({
    exitCode: 0,
    sentence: "Yes: each scenario fails when it should, and they notice 2 of 2 faults (100 %)",
  });
});

test("what is left makes it a yes with steps, and too little a no", () => {
  const one = [scenario("a", { killed: { hang: "s" }, survived: ["crash"], left: ["cut"] })];
  expect(answer(one)).toEqual({
    exitCode: 5,
    sentence:
      "Yes, the scenarios notice 1 of 2 faults (50 %); left: 1 fault that nobody notices, 1 scenario with faults that were not tried",
  });
  expect(answer(one, 50).exitCode).toBe(5);
  expect(answer(one, 51)).toEqual({
    exitCode: 1,
    sentence: "No: the scenarios notice 1 of 2 faults (50 %), fewer than 51 %",
  });
});

test("a scenario that notices nothing is a no, unless not all was tried", () => {
  const blind = scenario("blind", { survived: ["hang"] });
  expect(answer([blind]).sentence).toBe(
    "No: blind passes with every fault; the scenarios notice 0 of 1 fault (0 %)",
  );
  expect(answer([{ ...blind, left: ["crash"] }]).exitCode).toBe(5);
  expect(answer([scenario("a", { left: ["crash"] })]).exitCode).toBe(4);
  const untried = scenario("late", { tried: false });
  expect(answer([scenario("a", { killed: { hang: "s" } }), untried])).toEqual({
    exitCode: 5,
    sentence:
      "Yes, the scenarios notice 1 of 1 fault (100 %); left: 1 scenario with faults that were not tried",
  });
});

test("a false alarm is the scenario's or the product's, or says that nothing can be said", () => {
  const alarm = { scenario: "a", why: "it failed", fault: "product" };
  expect(answer([], undefined, [alarm])).toEqual({
    exitCode: 1,
    sentence: "No: a false alarm, a failed on the healthy gateway",
  });
  expect(answer([], undefined, [{ ...alarm, fault: "environment" }]).exitCode).toBe(4);
});

test("only all is 100 percent", () => {
  expect([percentOf(999, 1000), percentOf(9999, 10_000), percentOf(1, 1), percentOf(0, 0)]).toEqual([
    99.9, 99.9, 100, 0,
  ]);
});

test("results are kept as long as what they are about is the same", async () => {
  const folder = mkdtempSync(join(tmpdir(), "proven-"));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  const path = join(folder, "qa/proven.json");
  const key = { text: "t", inputs: "i", gateway: "g", tool: "1" };
  const { file } = await ProvenFile.open(path);
  file.begin("a", key, 3, ["hang", "crash", "cut"]);
  file.add("a", "hang", { kind: "killed", at: "It answers" });
  file.add("a", "cut", { kind: "broke", why: "blocked: no memory" });
  file.add("unknown", "hang", { kind: "survived" });
  await file.save();
  const { file: again } = await ProvenFile.open(path);
  expect([...again.scenarios.keys()]).toEqual(["a"]);
  const entry = again.fresh("a", key, 3);
  expect(entry).toMatchObject({ killed: { hang: "It answers" }, left: ["crash"] });
  expect(entry && toTry(entry)).toEqual(["crash", "cut"]);
  again.add("a", "cut", { kind: "survived" });
  expect(entry && toTry(entry)).toEqual(["crash"]);
  expect(again.fresh("a", key, 4)).toBeUndefined();
  for (const name of Object.keys(key))
    expect(again.fresh("a", { ...key, [name]: "other" }, 3)).toBeUndefined();
  writeFileSync(path, "{}");
  expect((await ProvenFile.open(path)).problem).toContain("not a file of proven scenarios");
});

test("a scenario is unproven that was never seen to fail, or has changed since", () => {
  const folder = mkdtempSync(join(tmpdir(), "proven-"));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  const scenarios = ["same", "changed", "blind", "new", "__proto__"].map((id) => ({
    id,
    file: { path: join(folder, `${id}.md`) },
    pack: {},
  }));
  for (const { id, file } of scenarios) writeFileSync(file.path, `# ${id}\n`);
  const text = textDigest(join(folder, "same.md"));
  writeFileSync(join(folder, "same.md"), "# same\r\n");
  const proven = join(folder, "proven.json");
  expect(unprovenAmong(scenarios, proven)).toBeUndefined();
  const known = {
    same: { text, killed: { hang: "s" } },
    changed: { text, killed: { hang: "s" } },
    blind: { text, killed: {} },
  };
  writeFileSync(proven, JSON.stringify({ version: 1, scenarios: known }));
  expect(Object.fromEntries(unprovenAmong(scenarios.slice(0, 4), proven) ?? [])).toEqual({
    ...{ changed: "changed", blind: "never", new: "never" },
  });
  expect(unprovenAmong(scenarios, proven)?.get("__proto__")).toBe("never");
  const builtin = scenarios.map((each) => ({ ...each, pack: { builtin: true as const } }));
  expect(unprovenAmong(builtin, proven)?.size).toBe(0);
});

test("JUnit has a case for each fault, and a fault that is not noticed is a failure", () => {
  const scenarios = [
    scenario("a", {
      killed: { hang: "It <answers>" },
      survived: ["crash"],
      broke: { cut: "it broke" },
      left: ["x"],
    }),
  ];
  const xml = renderJunit({ scenarios, falseAlarms: [] } as unknown as ProveReport);
  expect(xml).toContain('<testsuite name="a" tests="4" failures="1" errors="1" skipped="1">');
  expect(xml).toContain("<system-out>It &lt;answers&gt;</system-out>");
  expect(xml).toContain(
    '<failure type="survived" message="it passes although the gateway has the fault crash"/>',
  );
});
