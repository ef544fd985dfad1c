import { mkdtemp, readFile, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { expect, it, onTestFinished } from "vitest";
import { oneLine, printable } from "../../../base/text.ts";
import { reportOf } from "../../run-state.ts";
import type { RunReport, ScenarioReport } from "../../schema/report-schema.ts";
import { replay } from "../../testing/replay.ts";
import { sampleRun } from "../../testing/sample-run.ts";
import { CapturedStream } from "../../testing/terminal.ts";
import { annotationsFor } from "./annotations.ts";
import { annotationCommand } from "./commands.ts";
import { GithubReporter } from "./github.ts";
import { renderSummary } from "./summary.ts";

const PLACES = { cwd: "/checkout", workspace: "/checkout" };
const MEBIBYTE = 1024 * 1024;

function scenarioOf(report: RunReport, id: string): ScenarioReport {
  const scenario = report.scenarios.find((candidate) => candidate.id === id);
  if (!scenario) throw new Error(`the sample run has no ${id}`);
  return scenario;
}

/** A report with `count` failures, each with `message`. */
function failures(count: number, message: string): RunReport {
  const report = reportOf(sampleRun());
  const failed = scenarioOf(report, "dm-chat-baseline");
  const scenarios = Array.from({ length: count }, (_item, index) => {
    const copy = structuredClone(failed);
    copy.id = `fails-${index}`;
    for (const { failure } of [copy, ...copy.attempts])
      if (failure) Object.assign(failure, { message, headline: undefined });
    return copy;
  });
  return { ...report, scenarios, exitCode: 1 };
}

function passedScenario() {
  return { ...scenarioOf(reportOf(sampleRun()), "plugin-lifecycle-hot-reload"), cleanupProblems: [] };
}

/** What the service makes of a command, by the rules of its documentation. */
function understood(command: string): { properties: Record<string, string>; message: string } {
  const [, , list = "", data = ""] = /^::(error|warning) (.*?)::(.*)$/s.exec(command) ?? [];
  const decode = (text: string) =>
    text.replaceAll("%0D", "\r").replaceAll("%0A", "\n").replaceAll("%3A", ":").replaceAll("%2C", ",");
  const properties = list.split(",").map((property) => {
    const [name = "", value = ""] = property.split("=", 2);
    return [name, decode(value).replaceAll("%25", "%")];
  });
  return { properties: Object.fromEntries(properties), message: decode(data).replaceAll("%25", "%") };
}

it("writes commands of one line, from which the service gets what was meant", () => {
  const text = fc.string({ unit: fc.constantFrom(..."::%0A,=\r\n\u001b[1m é😀ab") });
  fc.assert(
    fc.property(text, text, (title, message) => {
      const command = annotationCommand({ level: "error", title, message, file: "a,b:c.md", line: 3 });
      expect(command).not.toMatch(/[\r\n]/);
      const { properties } = understood(command);
      expect(properties).toMatchObject({ file: "a,b:c.md", line: "3" });
      // `=` separates a name from its value only the first time.
      if (!title.includes("=")) expect(properties.title).toBe(printable(title));
    }),
  );
  const said = "100% sure, not %25:\n::error::x, [y]";
  expect(understood(annotationCommand({ level: "warning", title: "t", message: said })).message).toBe(said);
});

it("keeps to the longest title and message that the service takes", () => {
  const report = failures(1, "x\n".repeat(10_000));
  const { failure } = report.scenarios[0] ?? {};
  const long = "y".repeat(10_000);
  if (failure)
    Object.assign(failure, { expected: long, seen: long, hint: long, step: { index: 0, name: long } });
  const [annotation] = annotationsFor(report, PLACES);
  expect(annotation?.message.length).toBeLessThanOrEqual(4096);
  expect(annotation?.message, "the command is more use than the end of a message").toContain("run again: ");
  const command = annotationCommand({ level: "error", title: "t".repeat(300), message: "m".repeat(5000) });
  expect(understood(command).properties.title).toHaveLength(255);
  expect(understood(command).message).toHaveLength(4096);
});

it("makes no more annotations than the service shows, and names those that it leaves out", () => {
  for (const [count, shown] of [
    [0, 0],
    [10, 10],
    [11, 10],
    [200, 10],
  ] as const) {
    expect(annotationsFor(failures(count, "no"), PLACES)).toHaveLength(shown);
  }
  expect(annotationsFor(failures(12, "no"), PLACES).at(-1)).toEqual({
    level: "error",
    title: "3 more",
    message: "failed: fails-9\nfailed: fails-10\nfailed: fails-11",
  });
});

it("has one error for a run that failed for a reason outside its scenarios", () => {
  const report = { ...failures(0, ""), scenarios: [passedScenario()], exitCode: 4 };
  expect(annotationsFor(report, PLACES)).toEqual([
    {
      level: "error",
      title: "no result to rely on",
      message: expect.stringContaining("besides the scenarios"),
    },
  ]);
  expect(renderSummary(report, 100_000)).toContain(
    "**No result to rely on:** something besides the scenarios",
  );
  expect(annotationsFor({ ...report, exitCode: 0 }, PLACES)).toEqual([]);
});

it.each([
  ["/checkout", "/checkout", "qa/scenarios/channel/dm-chat-baseline.md"],
  ["/checkout/pack", "/checkout", "pack/qa/scenarios/channel/dm-chat-baseline.md"],
  ["/elsewhere", "/checkout", undefined],
])("names files as the checkout does, from %s in %s", (cwd, workspace, file) => {
  const [annotation] = annotationsFor(failures(1, "no"), { cwd, workspace });
  expect(annotation?.file).toBe(file);
  expect(annotation?.line).toBe(file && 41);
});

it("keeps rows of the summary's table whole whatever is said in them", () => {
  fc.assert(
    fc.property(fc.string({ unit: fc.constantFrom(..."|\\`\n\r<>*[]\u0000a ") }), (said) => {
      const summary = renderSummary(failures(1, `${said}!`), MEBIBYTE) ?? "";
      const row = summary.split("\n").find((line) => line.startsWith("| `fails-0`")) ?? "";
      expect(row.match(/(?<!\\)(?:\\\\)*\|/g)).toHaveLength(5);
      expect(row).toContain(oneLine(`${said}!`).at(-1));
    }),
  );
});

it("keeps the summary within its limit, and says that something is left out", () => {
  const report = failures(2000, "€".repeat(3000));
  const summary = renderSummary(report, MEBIBYTE) ?? "";
  expect(Buffer.byteLength(summary)).toBeLessThanOrEqual(MEBIBYTE);
  expect(summary).toMatch(/did not fit[^\n]*\n$/);
  for (const budget of [5, 100, 200, 1000, 5000, 20_000]) {
    const short = renderSummary(failures(3, "no".repeat(2000)), budget);
    expect(Buffer.byteLength(short ?? "")).toBeLessThanOrEqual(budget);
    expect(short === undefined).toBe(budget < 50);
  }
});

it("counts what is in the summary of the step already", async () => {
  const folder = await mkdtemp(join(tmpdir(), "qa-summary-"));
  onTestFinished(() => rm(folder, { recursive: true }));
  const summaryFile = join(folder, "summary.md");
  const finish = async (already: number) => {
    await writeFile(summaryFile, "x".repeat(already));
    const stream = new CapturedStream();
    const reporter = new GithubReporter({ stream, summaryFile, ...PLACES });
    await reporter.finish(await replay(reporter, sampleRun()));
    return { size: (await stat(summaryFile)).size, stdout: stream.text };
  };
  expect((await finish(MEBIBYTE - 500)).size).toBeLessThanOrEqual(MEBIBYTE);
  expect(await readFile(summaryFile, "utf8")).toMatch(/did not fit/);
  const full = await finish(MEBIBYTE - 10);
  expect(full.size).toBe(MEBIBYTE - 10);
  expect(full.stdout).toContain("::warning::The summary of this step is full");
});

it("switches commands off while the run goes on, and on again with the same random word", async () => {
  const words = new Set<string>();
  for (let time = 0; time < 2; time += 1) {
    const stream = new CapturedStream();
    const reporter = new GithubReporter({ stream, summaryFile: undefined, ...PLACES });
    const run = await replay(reporter, sampleRun());
    const [, word = ""] = /^::stop-commands::([\w-]{30,})\n$/.exec(stream.text) ?? [];
    words.add(word);
    await reporter.finish(run);
    expect(stream.text.split("\n")[1]).toBe(`::${word}::`);
  }
  expect(words.size).toBe(2);
});
