import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { QaError } from "./errors.ts";
import { waitForCondition } from "./waits.ts";
import { Wakeups } from "./wakeups.ts";

/** Longer than any test may take: a wait that needs it to pass does not react to events. */
const NEVER = 3_600_000;

test("reacts to a wake-up without its interval", async () => {
  const wakeups = new Wakeups();
  let value: string | undefined;
  const wait = waitForCondition(wakeups, () => value, { timeoutMs: NEVER, intervalMs: NEVER });
  value = "there";
  wakeups.notify();
  await expect(wait).resolves.toBe("there");
});

test("re-checks after a wake-up that came while the check was running", async () => {
  const wakeups = new Wakeups();
  const gate = Promise.withResolvers<void>();
  let value = 0;
  let running = 0;
  const check = async () => {
    expect(++running).toBe(1);
    const seen = value;
    await gate.promise;
    running -= 1;
    return seen || undefined;
  };
  const wait = waitForCondition(wakeups, check, { timeoutMs: NEVER, intervalMs: NEVER });
  value = 7;
  wakeups.notify();
  wakeups.notify();
  gate.resolve();
  await expect(wait).resolves.toBe(7);
});

test("falls back to the interval", async () => {
  let checks = 0;
  await waitForCondition(new Wakeups(), () => ++checks === 3, { timeoutMs: NEVER, intervalMs: 1 });
  expect(checks).toBe(3);
});

test("a check that wakes itself does not keep the timeout from firing", async () => {
  const wakeups = new Wakeups();
  const wait = waitForCondition(wakeups, () => wakeups.notify(), { timeoutMs: 30 });
  await expect(wait).rejects.toThrow("timed out after 30ms");
});

test.each([null, undefined, false])("%s is not success", async (value) => {
  const wait = waitForCondition(new Wakeups(), () => value, { timeoutMs: 5, intervalMs: 1 });
  await expect(wait).rejects.toMatchObject({ code: "wait-timeout", fault: "product" });
});

test.each([0, "", Number.NaN])("%s is success", async (value) => {
  await expect(waitForCondition(new Wakeups(), () => value)).resolves.toBe(value);
});

test("a timeout says what was awaited and what was seen", async () => {
  const wait = waitForCondition<never>(new Wakeups(), () => null, {
    timeoutMs: 10,
    intervalMs: NEVER,
    what: "the skill to be eligible",
    evidence: () => "skills: none",
  });
  await expect(wait).rejects.toMatchObject({
    message: "timed out after 10ms waiting for the skill to be eligible",
    details: "checks: 1\nlast value: null\nskills: none",
  });
});

test("a check that never comes back is named", async () => {
  const wait = waitForCondition(new Wakeups(), () => new Promise<never>(() => {}), { timeoutMs: 5 });
  await expect(wait).rejects.toMatchObject({ details: "checks: 1\nthe last check was still running" });
});

test("an error of the check is thrown at once, one that says the gateway restarts is waited out", async () => {
  const broken = new TypeError("broken check");
  await expect(
    waitForCondition(
      new Wakeups(),
      () => {
        throw broken;
      },
      { timeoutMs: NEVER },
    ),
  ).rejects.toBe(broken);

  let checks = 0;
  const restarting = async () => {
    checks += 1;
    if (checks === 1) throw new QaError("restarting", { code: "gateway-restarted", fault: "product" });
    return "back";
  };
  await expect(
    waitForCondition(new Wakeups(), restarting, { timeoutMs: NEVER, intervalMs: 1 }),
  ).resolves.toBe("back");
});

test("an aborted wait ends with the signal's reason", async () => {
  const controller = new AbortController();
  const wait = waitForCondition(new Wakeups(), () => false, {
    timeoutMs: NEVER,
    signal: controller.signal,
  });
  const reason = new Error("step limit");
  controller.abort(reason);
  await expect(wait).rejects.toBe(reason);
  await expect(waitForCondition(new Wakeups(), () => true, { signal: controller.signal })).rejects.toBe(
    reason,
  );
});

describe("under wake-ups without end", () => {
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
});
