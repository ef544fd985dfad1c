import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdir, mkdtemp, readdir, readFile, rm, stat } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { type OpenReport, openReport, type ReportOptions } from "./open.ts";
import { fileReporter } from "./reporters/files.ts";
import { renderJunit } from "./reporters/junit/junit.ts";
import type { RunReport } from "./schema/report-schema.ts";
import type { Reporter } from "./stream.ts";
import { sampleRun, sampleRunOf } from "./testing/sample-run.ts";
import { CapturedStream } from "./testing/terminal.ts";

const END = { runId: "20260102-030405-abc", durationMs: 700, interrupted: false, harnessFailures: 0 };

let root: string;
let folder: string;
let stream: CapturedStream;

beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), "qa-report-"));
  folder = join(root, "reports", "run");
  stream = new CapturedStream();
});

afterEach(() => rm(root, { recursive: true }));

function open(options: Partial<ReportOptions> = {}): OpenReport {
  return openReport({
    folder,
    console: { stream, env: {}, cwd: root },
    redact: (value) => value,
    warn: () => {},
    ...options,
  });
}

/** Everything but the run's last event, which `finish` emits. */
function emitAll(report: OpenReport, events = sampleRun()): void {
  for (const event of events) if (event.type !== "run-finished") report.emit(event);
}

async function readReport(): Promise<RunReport> {
  return JSON.parse(await readFile(join(folder, "report.json"), "utf8"));
}

async function readEvents(): Promise<{ type: string }[]> {
  const text = await readFile(join(folder, "events.jsonl"), "utf8");
  return text
    .trimEnd()
    .split("\n")
    .map((line) => JSON.parse(line));
}

it("a report whose folder is removed during the run, and made again by the end, is no success", async () => {
  const report = open();
  emitAll(
    report,
    sampleRunOf("plugin-lifecycle-hot-reload").map((event) =>
      event.type === "scenario-finished" ? { ...event, cleanupProblems: [] } : event,
    ),
  );
  await rm(folder, { recursive: true, maxRetries: 10 });
  await mkdir(folder, { recursive: true });
  expect(await report.finish(END)).toBe(4);
  // A write of report.json that was under way when the folder went may have failed as well.
  expect(report.failures).toContainEqual(
    expect.objectContaining({
      reporter: "events.jsonl",
      message: expect.stringContaining("was removed or replaced during the run"),
    }),
  );
});

it("leaves its files, readable by no other user, and nothing more", async () => {
  const report = open();
  emitAll(report);
  expect(await report.finish(END)).toBe(4);

  expect((await readdir(folder)).sort()).toEqual(["events.jsonl", "report.html", "report.json", "report.md"]);
  for (const name of await readdir(folder)) expect((await stat(join(folder, name))).mode & 0o777).toBe(0o600);
  expect((await stat(folder)).mode & 0o777).toBe(0o700);
  expect(await readReport()).toMatchObject({ interrupted: false, exitCode: 4, durationMs: 700 });
  expect((await readEvents()).map(({ type }) => type)).toEqual(sampleRun().map(({ type }) => type));
});

it.each([
  ["a pass that left something behind", "plugin-lifecycle-hot-reload", 4],
  ["a product failure", "dm-chat-baseline", 1],
  ["a harness failure", "thread-follow-up", 4],
])("gives the exit code of %s, the same as in report.json", async (_what, id, code) => {
  const report = open();
  emitAll(report, sampleRunOf(id));
  expect(await report.finish(END)).toBe(code);
  expect((await readReport()).exitCode).toBe(code);
});

it("takes a scenario without a result for a failure of the harness", async () => {
  const report = open();
  emitAll(
    report,
    sampleRunOf("plugin-lifecycle-hot-reload").filter(({ type }) => type !== "scenario-finished"),
  );
  expect(await report.finish(END)).toBe(4);
  expect((await readReport()).scenarios).toMatchObject([
    { verdict: "failed", failure: { code: "missing-result" } },
  ]);
  expect(stream.text).toContain("the run ended without a result for this scenario");
});

it("does not call a run a success when a reporter failed, even at the very end", async () => {
  const finish = () => Promise.reject(new Error("no space left"));
  const report = open({ reporters: [{ name: "broken", onEvent: () => {}, finish }] });
  emitAll(report, sampleRunOf("plugin-lifecycle-hot-reload"));
  expect(await report.finish(END)).toBe(4);
  expect(report.failures).toEqual([{ reporter: "broken", message: "no space left" }]);
  expect(await readReport()).toMatchObject({ exitCode: 4, interrupted: false });
  expect((await readEvents()).at(-1)).toMatchObject({ type: "run-finished", exitCode: 4 });
});

it("says in every file that a custom reporter failed at the very end", async () => {
  const finish = () => Promise.reject(new Error("no space left"));
  const own: Reporter = { name: "own", onEvent: () => {}, finish, finishes: "first" };
  const junit = fileReporter("junit", join(folder, "junit.xml"), renderJunit);
  const report = open({ reporters: [junit, own] });
  emitAll(
    report,
    sampleRunOf("plugin-lifecycle-hot-reload").map((event) =>
      event.type === "scenario-finished" ? { ...event, cleanupProblems: [] } : event,
    ),
  );
  expect(await report.finish(END)).toBe(4);
  const [json, markdown, xml] = await Promise.all(
    ["report.json", "report.md", "junit.xml"].map((name) => readFile(join(folder, name), "utf8")),
  );
  expect(JSON.parse(json ?? "")).toMatchObject({ exitCode: 4, interrupted: false });
  expect(markdown).toContain("| exit code | 4 |");
  expect(markdown).toContain("**No result to rely on:** something besides the scenarios failed");
  expect(xml).toContain('<property name="exitCode" value="4"/>');
  expect(xml).toMatch(/<testsuite [^>]*tests="2" failures="0" errors="1"/);
  expect((await readEvents()).at(-1)).toMatchObject({ type: "run-finished", exitCode: 4 });
});

it("counts a report.json that cannot be written as a failure", async () => {
  const report = open();
  await rm(folder, { recursive: true, maxRetries: 10 });
  emitAll(report, sampleRunOf("plugin-lifecycle-hot-reload"));
  expect(await report.finish(END)).toBe(4);
  expect(report.failures.map(({ reporter }) => reporter).sort()).toEqual([
    "events.jsonl",
    "report.html",
    "report.json",
    "report.md",
  ]);
});

it("lets no secret through to any output", async () => {
  const redact = <T>(value: T): T => JSON.parse(JSON.stringify(value).replaceAll("QA-42", "[redacted]"));
  const report = open({ redact });
  emitAll(report);
  await report.finish(END);
  const files = await Promise.all(
    (await readdir(folder)).map((name) => readFile(join(folder, name), "utf8")),
  );
  for (const output of [...files, stream.text]) {
    expect(output).not.toContain("QA-42");
    expect(output).toContain("dm-chat-baseline");
  }
});

it("leaves a valid report of a run that was killed, with the step it was in", async () => {
  const events = sampleRun();
  const inSecondScenario =
    1 +
    events.findIndex(
      (event) => event.type === "statement-started" && event.scenarioId === "dm-chat-baseline",
    );
  const script = fileURLToPath(new URL("testing/unfinished-run.ts", import.meta.url));
  const child = spawn(process.execPath, [script, folder, String(inSecondScenario)], { stdio: "ignore" });
  const exited = once(child, "exit");
  try {
    await vi.waitFor(
      async () => {
        expect(await readEvents()).toHaveLength(inSecondScenario);
        expect((await readReport()).scenarios[1]?.failure?.code).toBe("missing-result");
      },
      { timeout: 20_000 },
    );
  } finally {
    child.kill("SIGKILL");
    await exited;
  }
  const report = await readReport();
  expect(report).toMatchObject({
    interrupted: true,
    exitCode: 130,
    counts: { total: 6, passed: 1, failed: 1 },
  });
});
