import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { waitForCondition } from "./waits.ts";
import { Wakeups } from "./wakeups.ts";

beforeEach(() => {
  vi.useFakeTimers();
});

afterEach(() => {
  vi.useRealTimers();
});

/** A check that wakes its own wait each time, as a call does that makes the gateway log a line. */
function selfWaking(wakeups: Wakeups) {
  const seen = { checks: 0, met: false };
  const check = async () => {
    seen.checks += 1;
    setTimeout(() => wakeups.notify());
    return seen.met;
  };
  return { seen, check };
}

test("a check that wakes its own wait is not repeated without end", async () => {
  const wakeups = new Wakeups();
  const { seen, check } = selfWaking(wakeups);
  const ended = waitForCondition(wakeups, check, { timeoutMs: 60_000 }).catch((error: unknown) => error);
  await vi.advanceTimersByTimeAsync(60_000);
  expect(await ended).toMatchObject({ code: "wait-timeout" });
  expect(seen.checks).toBeLessThan(60_000 / 20 + 50);
  expect(seen.checks).toBeGreaterThan(60_000 / 100);
});

test("an event after a storm of wake-ups is seen at once, as is one of a few in a row", async () => {
  const wakeups = new Wakeups();
  const seen = { checks: 0, met: false };
  const check = () => {
    seen.checks += 1;
    return seen.met;
  };
  const ended = waitForCondition(wakeups, check, { timeoutMs: 60_000, intervalMs: 50_000 });
  await vi.advanceTimersByTimeAsync(0);
  for (let event = 1; event <= 10; event++) {
    wakeups.notify();
    expect(seen.checks).toBe(1 + event);
    await vi.advanceTimersByTimeAsync(0);
  }
  for (let event = 0; event < 1000; event++) {
    wakeups.notify();
    await vi.advanceTimersByTimeAsync(1);
  }
  await vi.advanceTimersByTimeAsync(1000);
  const before = seen.checks;
  seen.met = true;
  wakeups.notify();
  expect(seen.checks).toBe(before + 1);
  expect(await ended).toBe(true);
});
