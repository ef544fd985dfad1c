import { expect, it } from "vitest";
import { redactEvent } from "./event-texts.ts";
import type { RunEvent } from "./events.ts";
import { sampleRun } from "./testing/sample-run.ts";

const redact = <T>(value: T): T => JSON.parse(JSON.stringify(value).replaceAll("a-key-a", "[redacted]"));

it("keeps the id in the command that runs a scenario again, and takes the secrets around it", () => {
  const finished = sampleRun().find(
    (event): event is Extract<RunEvent, { type: "scenario-finished" }> => event.type === "scenario-finished",
  );
  if (!finished) throw new Error("the sample has no end of a scenario");
  const commands = {
    a: ["pnpm qa run a --tag a-key-a --pack b", "pnpm qa run a --tag [redacted] --pack b"],
    "a-key-a": ["pnpm qa run a-key-a --tag xa-key-a", "pnpm qa run a-key-a --tag x[redacted]"],
    "-a-key-a": ["pnpm qa run --tag a-key-a -- -a-key-a", "pnpm qa run --tag [redacted] -- -a-key-a"],
  };
  for (const [scenarioId, [rerun = "", expected]] of Object.entries(commands)) {
    expect(redactEvent({ ...finished, scenarioId, rerun }, redact)).toMatchObject({
      scenarioId,
      rerun: expected,
    });
  }
});
