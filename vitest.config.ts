import { defineConfig } from "vitest/config";

/** Tests that start published releases: half a gigabyte on disk and in memory each, and seconds of both cores. */
const ON_RELEASES = ["test/openclaw*.test.ts", "test/*-release.test.ts"];
const SHARED = {
  exclude: ["**/node_modules/**"],
  // Tests start real processes: a busy machine needs room, and no test asserts on time.
  testTimeout: 60_000,
  hookTimeout: 60_000,
  expect: { poll: { timeout: 30_000 } },
};

export default defineConfig({
  test: {
    sequence: { shuffle: true },
    projects: [
      {
        test: {
          ...SHARED,
          name: "here",
          include: ["{runner,fixtures,test}/**/*.test.ts"],
          exclude: [...SHARED.exclude, ...ON_RELEASES],
          sequence: { shuffle: true, groupOrder: 1 },
        },
      },
      {
        test: {
          ...SHARED,
          name: "releases",
          include: ON_RELEASES,
          // One after the other, and when nothing else runs.
          fileParallelism: false,
          sequence: { shuffle: true, groupOrder: 2 },
        },
      },
    ],
  },
});
