import { expect, it, onTestFinished, vi } from "vitest";
import type { RunEvent } from "./events.ts";
import { EventStream, FINISHING_ORDER, type Reporter } from "./stream.ts";
import { sampleRun } from "./testing/sample-run.ts";

const unchanged = <T>(value: T): T => value;

class Recorder implements Reporter {
  readonly name: string;
  readonly seen: RunEvent[] = [];
  finished = 0;

  constructor(name = "recorder") {
    this.name = name;
  }

  onEvent(event: RunEvent): void | Promise<void> {
    this.seen.push(event);
  }

  finish(): void {
    this.finished += 1;
  }
}

function openStream(redact = unchanged) {
  const warnings: string[] = [];
  const stream = new EventStream({ redact, warn: (line) => warnings.push(line) });
  return { stream, warnings };
}

async function finish(stream: EventStream, budgetMs: number): Promise<void> {
  for (const turn of FINISHING_ORDER) await stream.finish(turn, budgetMs);
}

it("gives a synchronous reporter each event before emit returns", () => {
  const { stream } = openStream();
  const recorder = new Recorder();
  stream.subscribe(recorder);
  const events = sampleRun();
  for (const [index, event] of events.entries()) {
    stream.emit(event);
    expect(recorder.seen.length).toBe(index + 1);
  }
});

it("keeps the order for a reporter that takes its time, one event at a time", async () => {
  const { stream } = openStream();
  const seen: RunEvent[] = [];
  let inside = 0;
  stream.subscribe({
    name: "slow",
    async onEvent(event) {
      inside += 1;
      expect(inside).toBe(1);
      await new Promise((resolve) => setImmediate(resolve));
      seen.push(event);
      inside -= 1;
    },
  });
  const events = sampleRun();
  for (const event of events) stream.emit(event);
  await finish(stream, 5_000);
  expect(seen).toEqual(events);
  expect(stream.failures).toEqual([]);
});

it.each([
  [
    "throws",
    () => {
      throw new Error("disk full");
    },
  ],
  ["rejects", () => Promise.reject(new Error("disk full"))],
])("cuts off a reporter that %s, says so once and spares the others", async (_how, fail) => {
  const { stream, warnings } = openStream();
  const healthy = new Recorder();
  const broken = new Recorder("broken");
  broken.onEvent = fail;
  stream.subscribe(broken);
  stream.subscribe(healthy);
  const events = sampleRun();
  for (const event of events) stream.emit(event);
  await finish(stream, 5_000);

  expect(healthy.seen).toEqual(events);
  expect(healthy.finished).toBe(1);
  expect(broken.finished).toBe(1);
  expect(stream.failures).toEqual([{ reporter: "broken", message: "disk full" }]);
  expect(warnings).toEqual(["The broken report is incomplete: disk full"]);
});

it("does not wait for ever for a reporter that hangs", async () => {
  const { stream, warnings } = openStream();
  stream.subscribe({
    name: "stuck",
    onEvent: () => new Promise(() => {}),
    finish: () => new Promise(() => {}),
  });
  for (const event of sampleRun()) stream.emit(event);
  await finish(stream, 20);
  expect(stream.failures).toHaveLength(1);
  expect(warnings).toEqual(["The stuck report is incomplete: did not handle an event within 20 ms"]);
});

it("gives a slow reporter as long as it gets on", async () => {
  vi.useFakeTimers();
  onTestFinished(() => void vi.useRealTimers());
  const { stream } = openStream();
  const seen: RunEvent[] = [];
  stream.subscribe({
    name: "slow",
    async onEvent(event) {
      await new Promise((resolve) => setTimeout(resolve, 900));
      seen.push(event);
    },
  });
  const events = sampleRun();
  for (const event of events) stream.emit(event);
  const finished = finish(stream, 1_000);
  await vi.runAllTimersAsync();
  await finished;
  expect(seen).toEqual(events);
  expect(stream.failures).toEqual([]);
});

it("drops an event that cannot be redacted", async () => {
  const { stream } = openStream(() => {
    throw new Error("unreadable value");
  });
  const recorder = new Recorder();
  stream.subscribe(recorder);
  for (const event of sampleRun().slice(0, 1)) stream.emit(event);
  expect(recorder.seen).toEqual([]);
  expect(stream.failures).toEqual([{ reporter: "redaction", message: "unreadable value" }]);
});
