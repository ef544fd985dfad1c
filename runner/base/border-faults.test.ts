import { expect, test } from "vitest";
import { Injections, isKnownFault, plannedFault } from "./border-faults.ts";

test("a fault at a border says when it happens", () => {
  expect(plannedFault("model.cut")).toEqual({ text: "model.cut", name: "model.cut", from: 1, stays: false });
  expect(plannedFault("model.cut@2")).toEqual({
    text: "model.cut@2",
    name: "model.cut",
    from: 2,
    stays: false,
  });
  expect(plannedFault("model.cut@2+")).toEqual({
    text: "model.cut@2+",
    name: "model.cut",
    from: 2,
    stays: true,
  });
  for (const wrong of [
    "model.cut@0",
    "model.cut@",
    "model.cut@2-",
    "model.cuts",
    "cut",
    "__proto__.x",
    "model.cut ",
  ])
    expect(plannedFault(wrong)).toBeUndefined();
  expect(isKnownFault("turn-hang", ["turn-hang"])).toBe(true);
  expect(isKnownFault("turn-hang@2", ["turn-hang"])).toBe(false);
});

test("it happens at its time, and no other", () => {
  const injections = new Injections(["model.cut@2", "model.empty@4+", "channel.twice", "turn-hang"], "seed");
  const answers = [1, 2, 3, 4, 5].map(() => injections.pass("answer"));
  expect(answers).toEqual([undefined, "model.cut", undefined, "model.empty", "model.empty"]);
  expect(injections.asked).toEqual([
    { name: "model.cut@2", injected: 1 },
    { name: "model.empty@4+", injected: 2 },
    { name: "channel.twice", injected: 0 },
  ]);
});

test("what did not come about is not counted, and what was done is noted once", () => {
  const injections = new Injections(["channel.out-of-order", "model.cut@1+"], "seed");
  expect(injections.pass("message")).toBe("channel.out-of-order");
  injections.miss("channel.out-of-order");
  injections.pass("answer");
  injections.note("model.cut", "after 10 %");
  injections.pass("answer");
  injections.note("model.cut", "after 20 %");
  expect(injections.asked).toEqual([
    { name: "channel.out-of-order", injected: 0 },
    { name: "model.cut@1+", injected: 2, how: "after 10 %" },
  ]);
});

test("what is reached is what the places that were passed have", () => {
  const injections = new Injections([], "seed");
  expect(injections.reached).toEqual([]);
  injections.pass("tool call");
  injections.pass("poll");
  expect(injections.reached).toEqual([
    "model.tool-twice",
    "model.wrong-tool",
    "model.unknown-arguments",
    "channel.lost-connection",
  ]);
});

test("chance depends on the seed and on what it decides, and on nothing else", () => {
  const [one, same, other] = ["a", "a", "b"].map((seed) => new Injections([], seed).chance("model.cut"));
  expect(one).toBe(same);
  expect(one).not.toBe(other);
  expect(new Injections([], "a").chance("model.stall")).not.toBe(one);
});
