import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { requireVerdaccio } from "./registry.ts";

test("where verdaccio is not installed, the error says so and how to install it", () => {
  expect(() => requireVerdaccio()).not.toThrow();
  expect(() => requireVerdaccio(join(tmpdir(), "elsewhere.ts"))).toThrow(
    expect.objectContaining({
      code: "registry-missing",
      fault: "environment",
      message: expect.stringContaining("verdaccio"),
      hint: expect.stringContaining("pnpm install"),
    }),
  );
});
