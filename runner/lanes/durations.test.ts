import { expect, test } from "vitest";
import { folderWith, parseText } from "../scenario/testing.ts";
import type { Scenario } from "../scenario/types.ts";
import { readDurations } from "./durations.ts";

function scenario(id: string, steps: number): Scenario {
  const step = "  - name: one\n    actions: [{ call: reset }]\n";
  const metadata = `id: ${id}\ntitle: t\nsurface: s\nobjective: o\nsuccessCriteria: [c]\n`;
  const text = `---\n${metadata}---\n\n\`\`\`yaml qa-flow\nsteps:\n${step.repeat(steps)}\`\`\`\n`;
  const parsed = parseText(text);
  if (parsed.kind !== "scenario" || !parsed.scenario) throw new Error("not a scenario");
  return parsed.scenario;
}

const A = scenario("a", 2);
const B = scenario("b", 5);

function report(gateway: string, durations: Record<string, number>, extra: object = {}): string {
  const scenarios = Object.entries(durations).map(([id, durationMs]) => ({
    id,
    verdict: "passed",
    durationMs,
  }));
  return JSON.stringify({ gateway, interrupted: false, scenarios, ...extra });
}

test("without earlier runs a scenario costs its steps", async () => {
  for (const folder of [undefined, folderWith({}), "/nowhere/at/all"]) {
    const durations = await readDurations(folder);
    expect(durations.reports).toBe(0);
    expect(durations.costsOn("embedded", [A, B])).toEqual({ costs: [2, 5], unit: "steps" });
  }
});

test("the median of the runs on this gateway counts, else of runs on its kind, else the pace of the others", async () => {
  const folder = folderWith({
    "one/report.json": report("embedded", { a: 100, b: 900 }),
    "two/deep/report.json": report("embedded", { a: 300 }),
    "three/report.json": report("embedded", { a: 200 }),
    "four/report.json": report("openclaw@2026.4.26", { a: 4000 }),
  });
  const durations = await readDurations(folder);
  expect(durations.reports).toBe(4);
  expect(durations.costsOn("embedded", [A, B])).toEqual({ costs: [200, 900], unit: "ms" });
  // b was never measured on a release: 5 steps at the 2000 ms a step that a took.
  expect(durations.costsOn("openclaw@2026.9.6", [A, B])).toEqual({ costs: [4000, 10_000], unit: "ms" });
});

test("a dist-tag is measured as the version that answered", async () => {
  const latest = {
    id: "a",
    verdict: "passed",
    durationMs: 70,
    gateway: { target: "openclaw@latest", version: "2026.9.6" },
  };
  const folder = folderWith({
    "one/report.json": report("openclaw@latest", {}, { scenarios: [latest] }),
    "two/report.json": report("openclaw@2026.4.26", { a: 10 }),
  });
  const durations = await readDurations(folder);
  expect(durations.costsOn("openclaw@2026.9.6", [A]).costs).toEqual([70]);
  expect(durations.costsOn("openclaw@2026.4.26", [A]).costs).toEqual([10]);
});

test("what was cut off, skipped or cannot be read does not count", async () => {
  const folder = folderWith({
    "cut/report.json": report("embedded", { a: 1 }, { interrupted: true }),
    "half/report.json": '{"gateway":"embedded","scenarios":[{"id":"a"',
    "other/report.json": "[]",
    "skipped/report.json": report(
      "embedded",
      {},
      { scenarios: [{ id: "a", verdict: "skipped", durationMs: 1 }] },
    ),
  });
  const durations = await readDurations(folder);
  expect(durations.costsOn("embedded", [A])).toEqual({ costs: [2], unit: "steps" });
});
