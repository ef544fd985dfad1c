import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { after, delay, every, libraryLimit, timeoutSignal } from "./timers.ts";

const DAY_MS = 24 * 60 * 60 * 1000;

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

test.each([1, 30, 100])("%i days are so many days", async (days) => {
  const fired = vi.fn();
  after(days * DAY_MS, fired);
  await vi.advanceTimersByTimeAsync(days * DAY_MS - 1);
  expect(fired).not.toHaveBeenCalled();
  await vi.advanceTimersByTimeAsync(1);
  expect(fired).toHaveBeenCalledOnce();
});

test("a limit without end sets no timer", () => {
  after(Number.POSITIVE_INFINITY, () => {});
  void delay(Number.POSITIVE_INFINITY);
  expect(vi.getTimerCount()).toBe(0);
});

test("a time that is over, or no number, fires at once and without a warning", () => {
  const set = vi.spyOn(globalThis, "setTimeout");
  for (const ms of [-5, Number.NaN]) after(ms, () => {});
  expect(set.mock.calls.map(([, ms]) => ms)).toEqual([0, 0]);
});

test("what is ended does not fire, not even when it had to be set anew", async () => {
  const fired = vi.fn();
  const cancel = after(60 * DAY_MS, fired);
  await vi.advanceTimersByTimeAsync(30 * DAY_MS);
  cancel();
  await vi.advanceTimersByTimeAsync(60 * DAY_MS);
  expect(fired).not.toHaveBeenCalled();
  expect(vi.getTimerCount()).toBe(0);
});

test("an interval beyond the longest timer does not run at once", async () => {
  const ran = vi.fn();
  const cancel = every(30 * DAY_MS, ran);
  await vi.advanceTimersByTimeAsync(20 * DAY_MS);
  expect(ran).not.toHaveBeenCalled();
  cancel();
});

test("a delay ends with its signal, and leaves no timer", async () => {
  const controller = new AbortController();
  const waiting = delay(30 * DAY_MS, controller.signal);
  controller.abort(new Error("enough"));
  await expect(waiting).rejects.toThrow("enough");
  await expect(delay(1, controller.signal)).rejects.toThrow("enough");
  expect(vi.getTimerCount()).toBe(0);
});

test("a signal fires after its time, however long that is", async () => {
  const signal = timeoutSignal(30 * DAY_MS);
  await vi.advanceTimersByTimeAsync(30 * DAY_MS - 1);
  expect(signal.aborted).toBe(false);
  await vi.advanceTimersByTimeAsync(1);
  expect(signal.reason).toMatchObject({ name: "TimeoutError" });
});

test("a library gets what its own timer can hold", () => {
  expect(libraryLimit(30 * DAY_MS)).toBe(2 ** 31 - 1);
  expect(libraryLimit(Number.POSITIVE_INFINITY)).toBe(2 ** 31 - 1);
});
