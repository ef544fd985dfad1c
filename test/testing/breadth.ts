import { test } from "vitest";

/** Tests run either by day (`pnpm test`) or at night (`pnpm test:night`); vitest.config.ts says which. */
const AT_NIGHT = process.env.GATEWAY_QA_TESTS === "night";

/** How often a test tries something: rarely by day, so that the suite ends soon, and as often as needed at night. */
export function breadth(byDay: number, atNight: number): number {
  return AT_NIGHT ? atNight : byDay;
}

/** A test that runs at night only, because by day another one stands for its kind. */
export const testAtNight = test.runIf(AT_NIGHT);
