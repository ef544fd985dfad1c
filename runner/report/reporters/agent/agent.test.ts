import { expect, it, onTestFinished, vi } from "vitest";
import { replay } from "../../testing/replay.ts";
import { sampleRun } from "../../testing/sample-run.ts";
import { CapturedStream } from "../../testing/terminal.ts";
import { AgentReporter } from "./agent.ts";

it("says after ten seconds what a scenario waits for, and stops when the run ends", async () => {
  vi.useFakeTimers();
  onTestFinished(() => void vi.useRealTimers());
  const events = sampleRun();
  const begun = events.findIndex(({ type }) => type === "statement-started") + 1;
  const stream = new CapturedStream();
  const reporter = new AgentReporter({ stream, cwd: "/checkout" });
  await replay(reporter, events.slice(0, begun));
  expect(stream.text).toBe("");
  vi.advanceTimersByTime(10_000);
  const doing = "step 1 starts without the skill › call patchConfig";
  expect(stream.text).toBe(`running for 10.0 s: plugin-lifecycle-hot-reload, ${doing}, for 10.0 s\n\n`);
  reporter.finish();
  expect(vi.getTimerCount()).toBe(0);
});
