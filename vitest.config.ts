import { defineConfig } from "vitest/config";

export default defineConfig({
  test: {
    include: ["{runner,fixtures,test}/**/*.test.ts"],
    exclude: ["**/node_modules/**"],
    // Tests start real processes: a busy machine needs room, and no test asserts on time.
    testTimeout: 60_000,
    hookTimeout: 60_000,
    sequence: { shuffle: true },
  },
});
