import { globSync, readFileSync } from "node:fs";
import { availableParallelism } from "node:os";
import { defineConfig } from "vitest/config";

const TESTS = "{runner,fixtures,test}/**/*.test.ts";
/** Slow and broad. */
const AT_NIGHT = "**/*.night.test.ts";
/** Tests that start published releases: half a gigabyte on disk and in memory each, and seconds of both cores. */
const ON_RELEASES = ["test/openclaw*.test.ts", "test/*-release.test.ts"];
const ELSEWHERE = ["**/node_modules/**"];

const SHARED = {
  hookTimeout: 60_000,
  expect: { poll: { timeout: 30_000 } },
};

/** Tests that do less by day than at night (test/testing/breadth.ts) run both times. */
function withBreadth(): string[] {
  return globSync(TESTS, { exclude: ELSEWHERE }).filter((file) =>
    /\/breadth\.ts"/.test(readFileSync(file, "utf8")),
  );
}

// A test mostly waits for a process that it started.
const maxWorkers = availableParallelism() + 1;

const here = {
  ...SHARED,
  maxWorkers,
  name: "here",
  include: [TESTS],
  exclude: [...ELSEWHERE, ...ON_RELEASES, AT_NIGHT],
  // Tests start real processes: a busy machine needs room, and no test asserts on time.
  testTimeout: 180_000,
  sequence: { shuffle: true },
};

const night = {
  ...SHARED,
  maxWorkers,
  name: "night",
  include: [AT_NIGHT, ...withBreadth()],
  exclude: ELSEWHERE,
  env: { GATEWAY_QA_TESTS: "night" },
  testTimeout: 300_000,
  sequence: { shuffle: true, groupOrder: 1 },
};

const releases = {
  ...SHARED,
  name: "releases",
  include: ON_RELEASES,
  exclude: ELSEWHERE,
  testTimeout: 180_000,
  // One after the other, and when nothing else runs.
  fileParallelism: false,
  sequence: { shuffle: true, groupOrder: 2 },
};

/** `vitest run` runs the tests of the day, `vitest run --mode night` those of the night. */
export default defineConfig(({ mode }) => ({
  test: {
    globalSetup: "test/testing/build-first.ts",
    sequence: { shuffle: true },
    projects: (mode === "night" ? [night, releases] : [here]).map((test) => ({ test })),
  },
}));
