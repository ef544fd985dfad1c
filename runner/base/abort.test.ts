import { getEventListeners } from "node:events";
import { readFile } from "node:fs/promises";
import { expect, test } from "vitest";
import { endsWithin, untilAborted } from "./abort.ts";

test("waits for the work, and no longer than until the abort", async () => {
  const controller = new AbortController();
  await expect(untilAborted(Promise.resolve("done"), controller.signal)).resolves.toBe("done");
  expect(getEventListeners(controller.signal, "abort")).toEqual([]);

  const reason = new Error("step limit");
  const hanging = untilAborted(new Promise(() => {}), controller.signal);
  controller.abort(reason);
  await expect(hanging).rejects.toBe(reason);
  await expect(untilAborted(new Promise(() => {}), controller.signal)).rejects.toBe(reason);
});

test("says whether the work ended within its budget", async () => {
  await expect(endsWithin(Promise.resolve(), 1000)).resolves.toBe(true);
  await expect(endsWithin(new Promise(() => {}), 1)).resolves.toBe(false);
  await expect(endsWithin(Promise.reject(new Error("broken")), 1000)).rejects.toThrow("broken");
});

test("time in which the process stood still is not taken from what it waits for", async () => {
  const reading = readFile(import.meta.filename, "utf8");
  const inTime = endsWithin(reading, 300);
  const until = performance.now() + 400;
  while (performance.now() < until);
  expect(await inTime).toBe(true);
});
