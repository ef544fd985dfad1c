import { mkdtemp, rm, truncate, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, it } from "vitest";
import { readEvents } from "./read-events.ts";
import { sampleRun } from "./testing/sample-run.ts";

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
