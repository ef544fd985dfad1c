import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { beforeEach, expect, it, onTestFinished } from "vitest";
import { Teardown } from "../../../base/teardown.ts";
import { reportOf } from "../../run-state.ts";
import { EventStream } from "../../stream.ts";
import { replay } from "../../testing/replay.ts";
import { sampleRun } from "../../testing/sample-run.ts";
import { CapturedStream } from "../../testing/terminal.ts";
import { loadReporters } from "../load.ts";
import { loadCustomReporter } from "./custom.ts";

let folder: string;
let teardown: Teardown;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "qa-reporter-"));
  teardown = new Teardown();
  onTestFinished(async () => {
    expect(await teardown.run(5_000)).toEqual([]);
    await rm(folder, { recursive: true });
  });
});

async function load(source: string, name = "own.mjs") {
  await writeFile(join(folder, name), source);
  return loadCustomReporter(name, { reportFolder: join(folder, "report"), cwd: folder, teardown });
}

/** What the reporters of a test write, one JSON value a line. */
async function written(name: string): Promise<unknown[]> {
  const text = await readFile(join(folder, "report", name), "utf8");
  return text
    .trimEnd()
    .split("\n")
    .map((line) => JSON.parse(line));
}

/** A module whose `note` adds a line to a file in the report's folder. */
const noting = (file: string, source: string) => `import { appendFileSync } from "node:fs";
export const version = 1;
const note = (value) => appendFileSync("${file}", JSON.stringify(value) + "\\n");
${source}`;

const BODY = `{
  constructor(context) { this.context = context; }
  onEvent(event, run) { note([this.context, event.type, run.started]); event.type = "changed"; }
}`;

it("makes a reporter of a class, a function, an arrow function or an async one, with its context", async () => {
  const forms = [
    `export default class ${BODY}`,
    `class Own ${BODY}\nexport default function make(context) { return new Own(context); }`,
    `class Own ${BODY}\nexport default (context) => new Own(context);`,
    `class Own ${BODY}\nexport default async (context) => new Own(context);`,
  ];
  await Promise.all(
    forms.map(async (source, index) => {
      const file = `${index}.jsonl`;
      const reporter = await load(noting(join(folder, "report", file), source), `${index}.mjs`);
      const run = await replay(reporter, sampleRun().slice(0, 2));
      await reporter.finish?.(run);
      const context = { version: 1, reportFolder: join(folder, "report"), cwd: folder };
      expect(await written(file)).toEqual([
        [context, "run-started", true],
        [context, "scenario-started", true],
      ]);
    }),
  );
});

it("lets a reporter ask for the run as it is, in copies", async () => {
  const source = `export default () => ({
  onEvent(event, run) {
    if (event.type !== "scenario-finished" || event.next) return;
    const scenario = run.scenario(event.scenarioId);
    note([scenario.id, scenario.verdict]);
    scenario.steps.length = 0;
    event.verdict = "passed";
  },
  finish(run) { note(run.report()); },
});`;
  const reporter = await load(noting(join(folder, "report", "seen"), source));
  const events = sampleRun();
  await reporter.finish?.(await replay(reporter, events));
  const seen = await written("seen");
  const report = reportOf(events);
  expect(seen).toHaveLength(report.scenarios.length + 1);
  expect(seen).toContainEqual(["dm-chat-baseline", "failed"]);
  expect(seen.at(-1)).toEqual(JSON.parse(JSON.stringify(report)));
});

it("cuts off a reporter that hangs or blocks, and ends its process", async () => {
  const warnings: string[] = [];
  const stream = new EventStream({ redact: (value) => value, warn: (line) => warnings.push(line) });
  const sources = {
    "hangs.mjs": "export default () => ({ onEvent: () => new Promise(() => {}) });",
    "blocks.mjs": "export default () => ({ onEvent() { for (;;); } });",
    "ends-never.mjs": "export default () => ({ onEvent() {}, finish: () => new Promise(() => {}) });",
  };
  for (const [name, source] of Object.entries(sources)) {
    stream.subscribe(await load(noting("unused", source), name));
  }
  for (const event of sampleRun().slice(0, 3)) stream.emit(event);
  await stream.finish("first", 400);
  expect(warnings.sort()).toEqual([
    "The blocks.mjs report is incomplete: did not handle an event within 400 ms",
    // On a machine that is busy, the events alone may take that long.
    expect.stringMatching(
      /^The ends-never.mjs report is incomplete: did not (finish|handle an event) within/,
    ),
    "The hangs.mjs report is incomplete: did not handle an event within 400 ms",
  ]);
});

it("refuses a module that is no reporter", async () => {
  const refused: [string, RegExp][] = [
    ["export default class {}", /does not say which.*version 1/],
    ["export const version = 2;", /is written for version 2.*version 1/],
    ["export const version = 1;", /default export.*onEvent/],
    ["export const version = 1; export default class {}", /default export.*onEvent/],
    ["throw new Error('no disk')", /cannot be loaded: no disk/],
    [
      "export const version = 1; export default () => { throw new Error('no key'); };",
      /cannot be loaded: no key/,
    ],
    ["export const =", /cannot be loaded: /],
    ["process.exit(0)", /cannot be loaded: its process ended with exit code 0/],
  ];
  await Promise.all(
    refused.map(([source, message], index) =>
      expect(load(source, `${index}.mjs`), source).rejects.toMatchObject({
        code: "usage",
        message: expect.stringMatching(message),
      }),
    ),
  );
});

it.each([
  ["junitt", /no reporter junitt/, /Did you mean `junit`/],
  ["junitt=a.xml", /no reporter junitt/, /Did you mean `junit`/],
  ["github=a.txt", /github writes no file/, /--reporter github/],
  ["junit=", /--reporter junit= names no file/, /variable that is not set/],
  ["./none.mjs", /no reporter \.\/none\.mjs/, /Looked for /],
  ["", /no reporter/, /`junit`, `ctrf`, `github`, `comment`, `agent`, `plain`/],
])("refuses --reporter '%s'", async (spec, message, hint) => {
  const context = { reportFolder: folder, cwd: folder, env: {}, stream: new CapturedStream(), teardown };
  await expect(loadReporters([spec], context)).rejects.toMatchObject({
    message: expect.stringMatching(message),
    hint: expect.stringMatching(hint),
  });
});
