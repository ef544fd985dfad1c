import { expect } from "vitest";
import type { Sandbox } from "./qa.ts";

/** Nothing of a run may be left: no process with its environment, no folder in its TMPDIR. */
export async function expectNothingLeft(sandbox: Sandbox, timeout = 10_000): Promise<void> {
  await expect.poll(() => sandbox.processes(), { timeout }).toEqual([]);
  await expect.poll(() => sandbox.leftovers(), { timeout }).toEqual([]);
}
