import { tmpdir } from "node:os";
import { expect, test } from "vitest";
import { ROOT } from "../../base/places.js";
import { findVerdaccio } from "./registry.ts";

test("where verdaccio is not installed, the error says so and how to install it", () => {
  expect(findVerdaccio(ROOT)).toMatch(/^file:/);
  expect(() => findVerdaccio(tmpdir())).toThrow(
    expect.objectContaining({
      code: "registry-missing",
      fault: "environment",
      message: expect.stringContaining("verdaccio"),
      hint: expect.stringContaining("pnpm install"),
    }),
  );
});
