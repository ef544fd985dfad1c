import { globSync, readFileSync } from "node:fs";
import { defineConfig } from "vitest/config";

const TESTS = "{runner,fixtures,test}/**/*.test.ts";
/** Slow and broad: run by `pnpm test:night`, and not by `pnpm test`. */
const AT_NIGHT = "**/*.night.test.ts";
/** Tests that start published releases: half a gigabyte on disk and in memory each, and seconds of both cores. */
const ON_RELEASES = ["test/openclaw*.test.ts", "test/*-release{,.night}.test.ts"];
const ELSEWHERE = ["**/node_modules/**"];

const SHARED = {
  // Tests start real processes: a busy machine needs room, and no test asserts on time.
  hookTimeout: 60_000,
  expect: { poll: { timeout: 30_000 } },
};

/** Tests that do less by day than at night (test/testing/breadth.ts) run both times. */
function withBreadth(): string[] {
  return globSync(TESTS, { exclude: ELSEWHERE }).filter((file) =>
    /\/testing\/breadth\.ts"/.test(readFileSync(file, "utf8")),
  );
}

/** `vitest run` runs the tests of the day, `vitest run --mode night` those of the night. */
export default defineConfig(({ mode }) => {
  const night = mode === "night";
  const shared = {
    ...SHARED,
    testTimeout: night ? 300_000 : 60_000,
    env: { GATEWAY_QA_TESTS: night ? "night" : "day" },
  };
  return {
    test: {
      sequence: { shuffle: true },
      projects: [
        {
          test: {
            ...shared,
            name: night ? "night" : "here",
            include: night ? [AT_NIGHT, ...withBreadth()] : [TESTS],
            exclude: [...ELSEWHERE, ...ON_RELEASES, ...(night ? [] : [AT_NIGHT])],
            sequence: { shuffle: true, groupOrder: 1 },
          },
        },
        {
          test: {
            ...shared,
            name: night ? "releases at night" : "releases",
            include: ON_RELEASES,
            exclude: [...ELSEWHERE, ...(night ? ["**/!(*.night).test.ts"] : [AT_NIGHT])],
            // One after the other, and when nothing else runs.
            fileParallelism: false,
            sequence: { shuffle: true, groupOrder: 2 },
          },
        },
      ],
    },
  };
});
