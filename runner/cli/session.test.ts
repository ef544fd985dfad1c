import { expect, onTestFinished, test, vi } from "vitest";
import { withSession } from "./session.ts";

test.for([
  [0, 4],
  [1, 4],
  [130, 130],
] as const)("a command that ends with %i and leaves something behind ends with %i", async ([code, ended]) => {
  const lines: unknown[] = [];
  const stderr = vi.spyOn(process.stderr, "write").mockImplementation((line) => {
    lines.push(line);
    return true;
  });
  onTestFinished(() => stderr.mockRestore());
  const work = withSession(async ({ teardown }) => {
    teardown.defer("a folder", () => Promise.reject(new Error("in use")));
    return code;
  });
  expect(await work).toBe(ended);
  expect(lines).toEqual(["clean-up: a folder: in use\n"]);
});
