import fc from "fast-check";
import { expect, it } from "vitest";
import type { RunEvent } from "./events.ts";
import { ConsoleReporter } from "./reporters/console/console.ts";
import { renderCtrf } from "./reporters/ctrf.ts";
import { GithubReporter } from "./reporters/github/github.ts";
import { renderSummary } from "./reporters/github/summary.ts";
import { renderJunit } from "./reporters/junit/junit.ts";
import { renderMarkdown } from "./reporters/markdown/render.ts";
import { PlainReporter } from "./reporters/plain.ts";
import { reportOf } from "./run-state.ts";
import { replay } from "./testing/replay.ts";
import { sampleRun } from "./testing/sample-run.ts";
import { CapturedStream } from "./testing/terminal.ts";

/** What every reporter makes of the events. */
async function everyReport(events: readonly RunEvent[]): Promise<string[]> {
  const stream = new CapturedStream();
  const reporters = [
    new ConsoleReporter({ stream, env: {}, cwd: "/checkout" }),
    new PlainReporter({ stream, cwd: "/checkout" }),
    new GithubReporter({ stream, cwd: "/checkout", workspace: "/checkout", summaryFile: undefined }),
  ];
  for (const reporter of reporters) {
    const run = await replay(reporter, events);
    if ("finish" in reporter) await reporter.finish(run);
  }
  const report = reportOf(events);
  const rendered = [renderJunit, renderCtrf, renderMarkdown, JSON.stringify].map((render) => render(report));
  return [stream.text, renderSummary(report, 1e6) ?? "", ...rendered];
}

it("reports no negative time anywhere when the clock jumps back and forth", async () => {
  const negative = /-\d[\d.]* (ms|s|min)\b|(time|"duration\w*"|"\w+Ms")[=:] ?"?-\d/;
  expect('took -3 ms, time="-0.1", "durationMs": -1'.match(new RegExp(negative, "g"))).toHaveLength(3);
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.integer({ min: -1e9, max: 1e9 }), { minLength: 1 }),
      fc.integer({ min: 1, max: sampleRun().length }),
      async (jumps, length) => {
        const events = sampleRun()
          .slice(0, length)
          .map((event, index) => ({ ...event, at: event.at + (jumps[index % jumps.length] ?? 0) }));
        for (const text of await everyReport(events)) expect(text).not.toMatch(negative);
      },
    ),
    { numRuns: 50 },
  );
});
