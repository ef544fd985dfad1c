import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, test, vi } from "vitest";
import { parse } from "yaml";
import { ROOT, Sandbox } from "./testing/qa.ts";

/** By fault and scenario: the step that failed in the scenario's older form, and the one that fails now; null is the start. */
type Pairs = Record<string, Record<string, { before: string | null; now: string | null }>>;

const PAIRS: Pairs = parse(await readFile(join(ROOT, "test/testing/pairs.yaml"), "utf8"));

// Each starts a gateway for every scenario: one fault at a time.
test.for(Object.entries(PAIRS))(
  "what failed with %s still fails, where it is about it",
  { timeout: 1_800_000 },
  async ([fault, steps], { onTestFinished }) => {
    vi.stubEnv("OPENCLAW_QA_ALLOW_UPDATE_RUN_SELF", "1");
    const sandbox = await Sandbox.create(onTestFinished);
    const { report, stdout } = await sandbox.qa(
      "run",
      ...Object.keys(steps),
      "--fault",
      fault,
      "--jobs",
      "6",
    );
    const seen = report?.scenarios.map(({ id, verdict, failure }) => [
      id,
      verdict,
      failure?.step?.name ?? null,
    ]);
    const expected = Object.entries(steps).map(([id, { now }]) => [id, "failed", now]);
    expect(seen?.toSorted(), stdout).toEqual(expected.toSorted());
  },
);
