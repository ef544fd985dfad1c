import { mkdtemp, rm, stat } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Secrets } from "../runner/base/secrets/secrets.ts";
import { delay } from "../runner/base/timers.ts";
import type { RecordEvent } from "../runner/report/events.ts";
import { openReport } from "../runner/report/open.ts";
import { sampleRun } from "../runner/report/testing/sample-run.ts";

// `node bench/record.ts [events a second] [seconds]`: what a report takes of memory and processor while one step of a
// scenario leaves so many events, which no attempt may (runner/run/record/budget.ts).

const [perSecond = 10_000, seconds = 60] = process.argv.slice(2).map(Number);
const folder = await mkdtemp(join(tmpdir(), "gateway-qa-bench-"));
try {
  await measure();
} finally {
  await rm(folder, { recursive: true, force: true });
}

async function measure(): Promise<void> {
  const { redact } = new Secrets(["sk-0123456789abcdef0123456789abcdef"]);
  const report = openReport({ folder, redact });
  const run = sampleRun();
  const first = run.findIndex(({ type }) => type === "step-started");
  const step = run[first];
  if (step?.type !== "step-started") throw new Error("the sample has no step");
  for (const event of run.slice(0, first + 1)) report.emit(event);

  const before = process.cpuUsage();
  const start = performance.now();
  const elapsed = () => (performance.now() - start) / 1000;
  const megabytes: number[] = [];
  let emitted = 0;
  while (elapsed() < seconds) {
    for (const due = Math.floor(elapsed() * perSecond); emitted < due; emitted++)
      report.emit(message(emitted, step.scenarioId));
    if (elapsed() > (megabytes.length * seconds) / 10) megabytes.push(megabytesNow());
    await delay(1);
  }
  const took = elapsed();
  const { user, system } = process.cpuUsage(before);
  console.log(`${emitted} events in ${took.toFixed(1)} s, ${Math.round(emitted / took)} a second`);
  console.log(`processor: ${((user + system) / emitted).toFixed(1)} µs an event`);
  console.log(`resident memory over that time, MB: ${megabytes.join(" ")}`);

  for (const event of run.slice(first + 1)) report.emit(event);
  await report.finish({ runId: "bench", durationMs: took * 1000, interrupted: false, harnessFailures: 0 });
  const size = async (name: string) => `${((await stat(join(folder, name))).size / 1e6).toFixed(1)} MB`;
  console.log(
    `after the reports were written, MB: ${megabytesNow()}, at most ${Math.round(process.resourceUsage().maxRSS / 1e3)}`,
  );
  console.log(`events.jsonl ${await size("events.jsonl")}, report.html ${await size("report.html")}`);
}

function megabytesNow(): number {
  return Math.round(process.memoryUsage().rss / 1e6);
}

function message(index: number, scenarioId: string): RecordEvent {
  return {
    type: "channel-event",
    at: Date.now(),
    scenarioId,
    event: "outbound-message",
    messageId: `message-${index}`,
    conversation: "dm:alice",
    sender: "OpenClaw QA",
    text: `answer ${index} of the agent, with as many words as such an answer often has`,
  };
}
