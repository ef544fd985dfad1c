import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";
import { EMBEDDED, parseGatewayTarget } from "../base/target.ts";
import type { RunReport } from "../report/schema/report-schema.ts";
import { sampleReport } from "../results/testing/sample-report.ts";
import { folderWith, parseText } from "../scenario/testing/parse.ts";
import type { Scenario } from "../scenario/types.ts";
import { readDurations, writeDurations } from "./durations.ts";

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

/** A report of passed runs of these scenarios, as text. */
function report(
  gateway: string,
  durations: Record<string, number>,
  { version, ...extra }: Partial<Omit<RunReport, "version">> & { version?: string } = {},
): string {
  const scenarios = Object.entries(durations).map(([id, durationMs]) => ({
    id,
    attempts: [{ verdict: "passed" as const, durationMs }],
  }));
  return JSON.stringify({ ...sampleReport({ gateway, scenarios, version }), ...extra });
}

test("without earlier runs a scenario costs its steps", async () => {
  for (const folder of [undefined, folderWith({}), "/nowhere/at/all"]) {
    const durations = await readDurations(folder);
    expect(durations.reports).toBe(0);
    expect(durations.costsOn(EMBEDDED, [A, B])).toEqual({ costs: [2, 5], unit: "steps" });
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
  expect(durations.costsOn(EMBEDDED, [A, B])).toEqual({ costs: [200, 900], unit: "ms" });
  // b was never measured on a release: 5 steps at the 2000 ms a step that a took.
  expect(durations.costsOn(parseGatewayTarget("openclaw@2026.9.6"), [A, B])).toEqual({
    costs: [4000, 10_000],
    unit: "ms",
  });
});

test("a dist-tag is measured as the version that answered", async () => {
  const folder = folderWith({
    "one/report.json": report("openclaw@latest", { a: 70 }, { version: "2026.9.6" }),
    "two/report.json": report("openclaw@2026.4.26", { a: 10 }),
  });
  const durations = await readDurations(folder);
  expect(durations.costsOn(parseGatewayTarget("openclaw@2026.9.6"), [A]).costs).toEqual([70]);
  expect(durations.costsOn(parseGatewayTarget("openclaw@2026.4.26"), [A]).costs).toEqual([10]);
});

test("what was cut off, skipped, broken on purpose or cannot be read does not count", async () => {
  const skipped = sampleReport({
    scenarios: [{ id: "a", attempts: [{ verdict: "skipped", durationMs: 1 }] }],
  });
  const folder = folderWith({
    "cut/report.json": report("embedded", { a: 1 }, { interrupted: true }),
    "broken/report.json": report("embedded", { a: 1 }, { faults: ["channel-drop-outbound"] }),
    "half/report.json": '{"gateway":"embedded","scenarios":[{"id":"a"',
    "other/report.json": "[]",
    "old/report.json": JSON.stringify({ ...JSON.parse(report("embedded", { a: 1 })), version: 1 }),
    "skipped/report.json": JSON.stringify(skipped),
  });
  const durations = await readDurations(folder);
  expect(durations.costsOn(EMBEDDED, [A])).toEqual({ costs: [2], unit: "steps" });
});

test("durations that are kept in a file stay the same, whatever is reported later", async () => {
  const folder = folderWith({
    "one/report.json": report("embedded", { a: 100 }),
    "two/report.json": report("openclaw@2026.4.26", { a: 4000, b: 9000 }),
  });
  const kept = join(folder, "night", "durations.json");
  const before = await readDurations(folder);
  await writeDurations(kept, before);
  await writeFile(join(folder, "one", "report.json"), report("embedded", { a: 999 }));
  const after = await readDurations(kept);
  expect(after.reports).toBe(2);
  for (const target of ["embedded", "openclaw@2026.4.26", "openclaw@2026.9.6"])
    expect(after.costsOn(parseGatewayTarget(target), [A, B])).toEqual(
      before.costsOn(parseGatewayTarget(target), [A, B]),
    );
});

test.for([
  [
    report("embedded", { a: 1 }),
    /it is a file of durations of version \d+, and this program reads version 1/,
  ],
  ["[]", /it is not a file of durations/],
  ['{"version":2,"reports":1,"measured":{}}', /of version 2, and this program reads version 1/],
  ['{"version":1,"reports":1,"measured":{"embedded":{"a":1}}}', /measured\/embedded\/a must be array/],
  ["{", /JSON/],
] as const)("a file that holds no durations is refused: %s", async ([text, problem]) => {
  const path = join(folderWith({ "durations.json": text }), "durations.json");
  await expect(readDurations(path)).rejects.toThrow(/durations\.json holds no durations/);
  await expect(readDurations(path)).rejects.toThrow(problem);
});
