import { expect, it } from "vitest";
import { RunState } from "../../run-state.ts";
import { sampleRun } from "../../testing/sample-run.ts";
import { failureLines, LONGEST_BLOCK } from "./block.ts";

const many = (what: string) =>
  Array.from({ length: 400 }, (_, index) => `${what} ${index} ${"x".repeat(900)}`);

/** The sample's failure with more of everything than anybody wants to read. */
function hugeFailure() {
  const run = new RunState();
  for (const event of sampleRun()) {
    if (event.type !== "scenario-finished" || !event.failure?.chain) run.apply(event);
    else {
      const links = many("link").map((detail, at) => ({
        link: `link-${at}`,
        state: "happened" as const,
        detail,
      }));
      const failure = {
        ...event.failure,
        headline: many("headline").join("\n"),
        message: many("message").join("\n"),
        chain: { ...event.failure.chain, links: [...links, ...event.failure.chain.links] },
        codeFrame: many("code").join("\n"),
        expected: many("expected").join("\n"),
        seen: many("seen").join(" "),
        hint: many("hint").join("\n"),
        stack: many("stack"),
        messages: many("message"),
        logLines: many("log"),
        details: many("detail").join("\n"),
      };
      run.apply({ ...event, failure });
    }
  }
  return run.scenario("dm-chat-baseline");
}

it("has no more lines and characters than an agent can afford, however large the failure is", () => {
  const scenario = hugeFailure();
  const lines = failureLines(scenario, {}, "reports/r");
  expect(lines.length).toBeLessThanOrEqual(LONGEST_BLOCK);
  expect(lines.length, "the room is used").toBeGreaterThan(LONGEST_BLOCK - 4);
  expect(Math.max(...lines.map((line) => line.length))).toBeLessThan(260);
  expect(lines[0]).toMatch(/^dm-chat-baseline: headline 0 /);
  expect(lines.join("\n")).toMatch(/arrived ✗\n/);
  expect(lines).toContainEqual(expect.stringMatching(/^ {2}messages \(last \d of 400 lines\):$/));
  expect(lines.join("\n"), "what came last").toMatch(/message 399 /);
  expect(lines.at(-2)).toMatch(/^ {2}more: reports\/r\/dm-chat-baseline\/try-3\/transcript\.txt /);
  expect(lines.at(-1)).toBe("  run again: pnpm qa run dm-chat-baseline");
});
