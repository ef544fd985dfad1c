import { mkdtemp, rm, truncate, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Ajv } from "ajv";
import { afterEach, beforeEach, expect, it } from "vitest";
import type { RunEvent } from "./events.ts";
import { readEvents } from "./read-events.ts";
import { eventSchemas } from "./schema/events-schema.ts";
import { repeatedRun, sampleRun } from "./testing/sample-run.ts";

let folder: string;
let path: string;
const events = JSON.parse(JSON.stringify(sampleRun()));
const lines = sampleRun().map((event) => JSON.stringify(event));

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "qa-events-"));
  path = join(folder, "events.jsonl");
  await writeFile(path, `${lines.join("\n")}\n`);
});

afterEach(() => rm(folder, { recursive: true }));

it("reads what was written", async () => {
  expect(await readEvents(path)).toEqual({ events, truncated: false });
});

it.each([
  ["sample", sampleRun],
  ["repeated", repeatedRun],
])(
  "every event of the %s run fits its schema, which says what is wrong where one does not",
  async (_name, run) => {
    for (const event of JSON.parse(JSON.stringify(run()))) {
      const schema = eventSchemas[event.type as RunEvent["type"]];
      const validate = new Ajv({ strict: true, allErrors: true }).compile(schema);
      validate(event);
      expect(validate.errors).toBeNull();
    }
  },
);

it("leaves out a last event that was cut off, wherever that was, and says so", async () => {
  const last = Buffer.byteLength(`${lines.at(-1)}\n`);
  const whole = Buffer.byteLength(`${lines.join("\n")}\n`);
  for (let cut = 1; cut <= last; cut += 1) {
    await truncate(path, whole - cut);
    // Only the line feed is lost with the first byte, and nothing at all of a line with the last.
    expect(await readEvents(path)).toEqual({
      events: cut === 1 ? events : events.slice(0, -1),
      truncated: cut > 1 && cut < last,
    });
  }
});

it.each([
  ["half an event", '{"type":"scenario-st'],
  ["nothing", ""],
  ["something else", '{"type":"commit","at":1}'],
  ["an event that lacks something", '{"type":"scenario-started","at":1,"scenarioId":"a","attempt":1}'],
  [
    "an event with a value of another kind",
    '{"type":"run-finished","at":"now","runId":"r","durationMs":1,"interrupted":false,"exitCode":0}',
  ],
])("refuses a file with %s on a line before the last, and names the line", async (_what, line) => {
  await writeFile(path, [...lines.slice(0, 2), line, ...lines.slice(2), ""].join("\n"));
  await expect(readEvents(path)).rejects.toMatchObject({
    code: "events-damaged",
    message: expect.stringContaining("line 3 of "),
  });
});

it("says that there is no such file", async () => {
  await expect(readEvents(join(folder, "none"))).rejects.toMatchObject({ code: "events-unreadable" });
});
