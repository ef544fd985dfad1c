import { expect, it } from "vitest";
import { currentSignal } from "../../current-signal.ts";
import { compileOrThrow, flowOfActions, OWN, run } from "../../testing/flows.ts";
import { describeLeak } from "./strays.ts";

const PROCESS = { ...OWN, permissions: new Set(["process"] as const) };

/** Ends only by the signal of the action that called it. */
const sleep = (_ms: number) =>
  new Promise<void>((_resolve, reject) => {
    const signal = currentSignal();
    signal.addEventListener("abort", () => reject(signal.reason));
  });

async function runWith(actions: string, options = OWN) {
  const signals: AbortSignal[] = [];
  const api = {
    env: new (class Env {})(),
    sleep: (ms: number) => {
      signals.push(currentSignal());
      return sleep(ms);
    },
    reset: async () => "done",
    waitForCondition: async (check: () => unknown) => {
      while (!check()) await sleep(1);
    },
    readSkillStatus: async () => {
      throw new Error("no skills");
    },
  };
  const result = await run(compileOrThrow(flowOfActions(actions), options), { api });
  return { ...result, signals, lines: result.leaks.map(describeLeak) };
}

it("calls that nobody awaits are ended with the flow and named, with the step and line that made them", async () => {
  const { lines, status, signals } = await runWith(`- set: x
  value: { expr: "(sleep(600000), 1)" }
- call: reset
- set: y
  value: { expr: "[waitForCondition(() => false, 600000, { a: [1] }), sleep(5)].length" }`);
  expect(lines).toEqual([
    'sleep(600000), called in step "only" (line 7), was still running',
    'waitForCondition(() => false, 600000, {…}), called in step "only" (line 10), was still running',
    'sleep(5), called in step "only" (line 10), was still running',
  ]);
  expect(status).toBe("passed");
  expect(signals.map(({ aborted }) => aborted)).toEqual([true, true]);
});

it("the statement that made it is named, even when it calls later", async () => {
  const { lines } = await runWith(`- set: x
  value: { expr: "((async () => { await reset(); [sleep(7)]; })(), 1)" }
- call: reset
- call: reset`);
  expect(lines).toEqual(['sleep(7), called in step "only" (line 7), was still running']);
});

it("what is awaited, raced or passed on is no leak, and neither is what has ended", async () => {
  const { lines, status, signals } = await runWith(`- set: winner
  value: { expr: "await Promise.race([sleep(600000), reset()])" }
- set: a
  value: { expr: "(reset(), 1)" }
- set: started
  value: { expr: "[sleep(600000)]" }
- set: later
  value: { expr: "await Promise.race([started[0], reset()])" }
- assert: winner === 'done' && later === 'done'`);
  expect([status, lines]).toEqual(["passed", []]);
  // They end all the same.
  expect(signals.map(({ aborted }) => aborted)).toEqual([true, true]);
});

it("a failure that nobody heard of fails the flow, and not the process; one that is awaited later does not", async () => {
  const { lines, status, error } = await runWith(`- set: x
  value: { expr: "(readSkillStatus(env), 1)" }
- set: y
  value: { expr: "({ promise: readSkillStatus(env) })" }
- call: reset
- set: z
  value: { expr: "await y.promise.catch((error) => error.message)" }
- assert: z === 'no skills'`);
  expect(lines).toEqual([
    'readSkillStatus(env), called in step "only" (line 7), failed, and nothing awaited it: no skills',
  ]);
  expect(status).toBe("failed");
  expect(error).toMatchObject({
    code: "not-awaited",
    fault: "scenario",
    message: "readSkillStatus(env) failed, and nothing awaited it: no skills",
    step: { index: 0, name: "only" },
    position: { line: 7 },
  });
});

it("nothing reaches the flow or is called by it once it has ended", async () => {
  const later: unknown[] = [];
  const flow = compileOrThrow(
    flowOfActions(`- set: x
  value: { expr: "((async () => { try { await sleep(600000) } finally { reset(); } })(), 1)" }`),
  );
  const { leaks } = await run(flow, { api: { sleep, reset: () => later.push(1) } });
  await new Promise((resolve) => setImmediate(resolve));
  expect([leaks, later]).toEqual([[], []]);
});

it("timers that are pending are cleared and named; those that have fired or were cleared are not", async () => {
  const { lines } = await runWith(
    `- set: fired
  value: { expr: "await new Promise((resolve) => setTimeout(resolve, 1, 'yes'))" }
- set: cleared
  value: { expr: "(clearTimeout(setTimeout(() => {}, 600000)), clearInterval(setInterval(() => {}, 600000)), 1)" }
- set: x
  value: { expr: "(setTimeout(() => { vars.late = 1 }, 600000).unref(), setInterval(() => {}, 600000), 1)" }
- assert: fired === 'yes'`,
    PROCESS,
  );
  expect(lines).toEqual([
    'setTimeout(() => { vars.late = 1 }, 600000), called in step "only" (line 11), was still running',
    'setInterval(() => {}, 600000), called in step "only" (line 11), was still running',
  ]);
});

it("a listener that throws fails its flow, and not the process", async () => {
  const { error } = await runWith(`- set: x
  value: { expr: "(() => { const c = new AbortController(); c.signal.addEventListener('abort', () => { throw new Error('in the listener') }); c.abort(); return 1 })()" }
- call: reset`);
  expect(error).toMatchObject({ message: "in the listener", fault: "scenario", position: { line: 8 } });
});

it("a timer that throws fails its own flow, where it throws", async () => {
  const { error, lines } = await runWith(
    `- set: x
  value: { expr: "(setTimeout(() => { throw new Error('in the timer') }, 1), 1)" }
- call: sleep
  args: [600000]`,
    PROCESS,
  );
  expect(error).toMatchObject({
    code: "expression-failed",
    fault: "scenario",
    message: "in the timer",
    position: { line: 8 },
  });
  expect(lines).toEqual([]);
});
