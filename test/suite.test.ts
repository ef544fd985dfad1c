import { execa } from "execa";
import { expect, test } from "vitest";
import { ROOT } from "./testing/qa.ts";

/** The test files that a mode runs, from the repository's root. */
async function filesIn(mode: string): Promise<string[]> {
  const { stdout } = await execa("vitest", ["list", "--filesOnly", "--mode", mode], {
    cwd: ROOT,
    preferLocal: true,
    env: { NO_COLOR: "1" },
  });
  return stdout.split("\n").map((line) => line.replace(/^\[[^\]]*\] /, ""));
}

test("every test runs by day or at night, and what runs at both times is meant to", async () => {
  const [day, night, { stdout }] = await Promise.all([
    filesIn("test"),
    filesIn("night"),
    execa("git", ["ls-files", "--cached", "--others", "--exclude-standard", "--deduplicate", "*.test.ts"], {
      cwd: ROOT,
    }),
  ]);
  expect([...new Set([...day, ...night])].sort()).toEqual(stdout.split("\n").sort());
  expect(day.filter((file) => file.endsWith(".night.test.ts"))).toEqual([]);
  expect(night.filter((file) => !day.includes(file)).length).toBeGreaterThan(5);
  expect(new Set(day).size).toBe(day.length);
});
