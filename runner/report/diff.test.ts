import { expect, test } from "vitest";
import { placeByPlace } from "./diff.ts";

test("what is told place by place is one diff, anything else none", () => {
  expect(placeByPlace("eligible: false\ndisabled: true", "eligible: true\ndisabled: false")).toBe(
    "- eligible: false\n+ eligible: true\n- disabled: true\n+ disabled: false",
  );
  expect(placeByPlace("eligible: false", "eligible: true")).toBeUndefined();
  expect(placeByPlace("a: 1\nb: 2", "a: 1")).toBeUndefined();
  expect(placeByPlace("a: 1\nb: 2", "a: 1\nc: 2")).toBeUndefined();
  expect(placeByPlace("{\n  a: 1,\n}", "{\n  a: 2,\n}")).toBeUndefined();
  expect(placeByPlace(undefined, "a: 1\nb: 2")).toBeUndefined();
});
