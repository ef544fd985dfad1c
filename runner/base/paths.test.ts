import { expect, test } from "vitest";
import { displayPath, isWithin } from "./paths.ts";

test.each([
  ["/work/qa/a.md", "/work", "qa/a.md"],
  ["/work/..a/b.md", "/work", "..a/b.md"],
  ["/work", "/work", "."],
  ["/worker/a.md", "/work", "/worker/a.md"],
  ["/", "/work", "/"],
])("%s is shown in %s as %s, and relative only if it lies there", (path, from, shown) => {
  expect(displayPath(path, from)).toBe(shown);
  expect(isWithin(path, from)).toBe(shown !== path);
});
