import { expect, test, vi } from "vitest";
import { defaultJobs } from "./jobs.ts";

const MIB = 1024 * 1024;

test.for([
  [16, 64_000, 16],
  [16, 900, 2],
  [16, 100, 1],
  [2, 64_000, 2],
] as const)("%i cores and %i MiB give %i jobs of 400 MiB each", ([cores, memory, jobs]) => {
  expect(defaultJobs(400 * MIB, cores, memory * MIB)).toBe(jobs);
});

test("a container's limit counts, not what the machine has", () => {
  const available = vi.spyOn(process, "availableMemory").mockReturnValue(500 * MIB);
  expect(defaultJobs(400 * MIB, 16)).toBe(1);
  available.mockRestore();
});
