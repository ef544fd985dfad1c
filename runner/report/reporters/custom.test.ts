import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { beforeEach, expect, it, onTestFinished } from "vitest";
import type { RunEvent } from "../events.ts";
import { reportOf } from "../run-state.ts";
import { replay } from "../testing/replay.ts";
import { sampleRun } from "../testing/sample-run.ts";
import { CapturedStream } from "../testing/terminal.ts";
import { loadCustomReporter } from "./custom.ts";
import { loadReporters } from "./load.ts";

let folder: string;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "qa-reporter-"));
  onTestFinished(() => rm(folder, { recursive: true }));
});

async function load(source: string) {
  await writeFile(join(folder, "own.mjs"), source);
  return loadCustomReporter("own.mjs", { reportFolder: "/reports/r", cwd: folder });
}

const BODY = `{
  constructor(context) { this.context = context; }
  onEvent(event) { (globalThis.seen ??= []).push([this.context, event.type]); event.type = "changed"; }
}`;

it.each([
  ["a class", `export default class ${BODY}`],
  ["a function", `class Own ${BODY}\nexport default function make(context) { return new Own(context); }`],
  ["an arrow function", `class Own ${BODY}\nexport default (context) => new Own(context);`],
  ["an async function", `class Own ${BODY}\nexport default async (context) => new Own(context);`],
])("makes a reporter of %s, with its context and a copy of each event", async (_what, source) => {
  const seen: unknown[] = [];
  Object.assign(globalThis, { seen });
  const reporter = await load(`export const version = 1;\n${source}`);
  const [event] = sampleRun() as [RunEvent];
  await reporter.finish?.(await replay(reporter, [event]));
  expect(seen).toEqual([[{ version: 1, reportFolder: "/reports/r", cwd: folder }, "run-started"]]);
  expect(event.type).toBe("run-started");
});

it("lets a reporter ask for the run as it is, in copies", async () => {
  const seen: unknown[] = [];
  Object.assign(globalThis, { seen });
  const reporter = await load(`export const version = 1;
export default () => ({
  onEvent(event, run) {
    if (event.type !== "scenario-finished" || event.next) return;
    const scenario = run.scenario(event.scenarioId);
    seen.push([scenario.id, scenario.verdict]);
    scenario.steps.length = 0;
  },
  finish(run) { seen.push(run.report().exitCode); },
});`);
  const run = await replay(reporter, sampleRun());
  await reporter.finish?.(run);
  const { scenarios, exitCode } = reportOf(sampleRun());
  expect(run.report()).toEqual(reportOf(sampleRun()));
  expect(seen).toHaveLength(scenarios.length + 1);
  expect(seen).toContainEqual(["dm-chat-baseline", "failed"]);
  expect(seen.at(-1)).toBe(exitCode);
});

it.each([
  ["without a version", "export default class {}", /does not say which.*version 1/],
  ["for another version", "export const version = 2;", /is written for version 2.*version 1/],
  ["without a default export", "export const version = 1;", /default export.*onEvent/],
  ["without onEvent", "export const version = 1; export default class {}", /default export.*onEvent/],
  ["that throws when loaded", "throw new Error('no disk')", /cannot be loaded: no disk/],
  [
    "that throws when made",
    "export const version = 1; export default () => { throw new Error('no key'); };",
    /cannot be loaded: no key/,
  ],
  ["that is not JavaScript", "export const =", /cannot be loaded: /],
])("refuses a module %s", async (_what, source, message) => {
  await expect(load(source)).rejects.toMatchObject({
    code: "usage",
    message: expect.stringMatching(message),
  });
});

it.each([
  ["junitt", /no reporter junitt/, /Did you mean `junit`/],
  ["junitt=a.xml", /no reporter junitt/, /Did you mean `junit`/],
  ["github=a.txt", /github writes no file/, /--reporter github/],
  ["junit=", /--reporter junit= names no file/, /variable that is not set/],
  ["./none.mjs", /no reporter \.\/none\.mjs/, /Looked for /],
  ["", /no reporter/, /`junit`, `ctrf`, `github`, `plain`/],
])("refuses --reporter '%s'", async (spec, message, hint) => {
  const context = { reportFolder: folder, cwd: folder, env: {}, stream: new CapturedStream() };
  await expect(loadReporters([spec], context)).rejects.toMatchObject({
    message: expect.stringMatching(message),
    hint: expect.stringMatching(hint),
  });
});
