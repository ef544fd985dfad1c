import { expect, test } from "vitest";
import { PROVIDER_MODE } from "../../gateway/provider-mode.ts";
import { limitOf, turnMs } from "./limits.ts";

test("what a turn brings has the time of a turn, with a live model too, and its statement is given that time", () => {
  expect(turnMs({ providerMode: PROVIDER_MODE.scripted })).toBe(30_000);
  const live = turnMs({ providerMode: PROVIDER_MODE.live });
  expect(live).toBe(180_000);
  const given: number[] = [];
  const allow = (ms: number) => void given.push(ms);
  expect(limitOf({ limits: { allow } }, live)).toBe(live);
  expect(limitOf({ limits: { allow, withinMs: 500 } }, live)).toBe(500);
  expect(given).toEqual([180_000, 500]);
});
