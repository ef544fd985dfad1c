import { afterEach, beforeEach, expect, it, vi } from "vitest";
import type { RunEvent } from "../../events.ts";
import { replay } from "../../testing/replay.ts";
import { sampleRun } from "../../testing/sample-run.ts";
import { screen } from "../../testing/screen.ts";
import { CapturedStream } from "../../testing/terminal.ts";
import { ConsoleReporter } from "./console.ts";

beforeEach(() => {
  // The terminal that the tests are run from must not matter.
  vi.stubEnv("FORCE_COLOR", undefined);
  vi.stubEnv("NO_COLOR", undefined);
  vi.stubEnv("CI", undefined);
  vi.stubEnv("TERM", "xterm-256color");
});

afterEach(() => {
  vi.useRealTimers();
  vi.unstubAllEnvs();
});

interface Session {
  stream: CapturedStream;
  reporter: ConsoleReporter;
}

async function print(
  events: readonly RunEvent[],
  terminal: ConstructorParameters<typeof CapturedStream>[0] = {},
  env: Record<string, string> = {},
): Promise<Session> {
  const stream = new CapturedStream(terminal);
  const reporter = new ConsoleReporter({ stream, env, cwd: "/checkout" });
  await replay(reporter, events);
  return { stream, reporter };
}

/** The sample run until its second step has begun its first statement. */
function untilSecondStep(): RunEvent[] {
  const events = sampleRun();
  return events.slice(
    0,
    events.findIndex((event) => event.type === "statement-started" && event.step === 1) + 1,
  );
}

// biome-ignore lint/suspicious/noControlCharactersInRegex: escape sequences are what is looked for
const colours = /\u001b\[\d+m/;

it("leaves on a terminal what it prints elsewhere, and no live line", async () => {
  const onTerminal = await print(sampleRun(), { isTTY: true, columns: 200 });
  const elsewhere = await print(sampleRun());
  expect(screen(onTerminal.stream.text)).toEqual(elsewhere.stream.text.split("\n"));
  expect(elsewhere.stream.text).not.toContain("\u001b");
});

it("shows on a terminal what is running, what it is doing and how far the run is", async () => {
  const { stream, reporter } = await print(untilSecondStep(), { isTTY: true, columns: 120 });
  await vi.waitFor(() => {
    const [running, footer] = screen(stream.text).slice(-3);
    expect(running).toMatch(
      /^\S plugin-lifecycle-hot-reload {2}.+ {2}step 2 switches the plugin on, hot › call patchConfig$/,
    );
    expect(footer).toBe("  0 of 6 done");
  });
  reporter.finish();
});

it("keeps live lines within a narrow terminal", async () => {
  const { stream, reporter } = await print(untilSecondStep(), { isTTY: true, columns: 24 });
  const [running = "", footer] = screen(stream.text).slice(-3);
  expect(running).toMatch(/^\S plugin-lifecycle.*…$/);
  expect(running.length).toBeLessThan(24);
  expect(footer).toBe("  0 of 6 done");
  reporter.finish();
});

it("removes the live lines when it is finished in the middle of a run", async () => {
  const { stream, reporter } = await print(untilSecondStep(), { isTTY: true });
  expect(screen(stream.text).join("\n")).toContain("0 of 6 done");
  reporter.finish();
  expect(screen(stream.text).filter((line) => line !== "")).toEqual([
    "Running 6 scenarios on embedded, 2 at once",
  ]);
});

it("says of an interrupted run what it was doing and what it got to", async () => {
  const interrupted: RunEvent = {
    type: "run-finished",
    at: Date.UTC(2026, 0, 2, 3, 5),
    runId: "20260102-030405-abc",
    durationMs: 900,
    interrupted: true,
    exitCode: 130,
  };
  const { stream } = await print([...untilSecondStep(), interrupted]);
  expect(stream.text).toContain("the run ended while this scenario was running");
  expect(stream.text).toContain("Interrupted: the run did not finish.");
  expect(stream.text).toContain("1 failed, 5 skipped in 900 ms");
});

it.each([
  ["a CI job's terminal", { CI: "true" }],
  ["a terminal that cannot move its cursor", { TERM: "dumb" }],
])("prints plain lines on %s", async (_where, env) => {
  const { stream } = await print(sampleRun(), { isTTY: true }, env as Record<string, string>);
  expect(stream.text).not.toContain("\u001b[2K");
});

it("colours a terminal unless NO_COLOR is set", async () => {
  expect((await print(sampleRun(), { isTTY: true })).stream.text).toMatch(colours);
  vi.stubEnv("NO_COLOR", "1");
  expect((await print(sampleRun(), { isTTY: true })).stream.text).not.toMatch(colours);
});

it("colours what is not a terminal when FORCE_COLOR is set", async () => {
  vi.stubEnv("FORCE_COLOR", "1");
  expect((await print(sampleRun())).stream.text).toMatch(colours);
});

it("says what the start of a gateway waits for", async () => {
  vi.useFakeTimers();
  const waits: RunEvent = {
    ...{ type: "gateway-starting", at: 0, scenarioId: "plugin-lifecycle-hot-reload" },
    waitsFor: "the install of the plugin tide@1 from the package registry",
  };
  const begun = sampleRun().filter(({ type }) => type === "run-started" || type === "scenario-started");
  const { stream, reporter } = await print([...begun.slice(0, 2), waits]);
  vi.advanceTimersByTime(11_000);
  expect(stream.text).toContain(
    "starting the gateway, which waits for the install of the plugin tide@1 from the package registry, for 10.0 s",
  );
  reporter.finish();
});

it("says now and then, without a terminal, what a long scenario is doing", async () => {
  vi.useFakeTimers();
  const { stream, reporter } = await print(untilSecondStep());
  vi.advanceTimersByTime(61_000);
  const doing = "step 2 switches the plugin on, hot › call patchConfig";
  expect(stream.text.split("\n").slice(2)).toEqual([
    `  plugin-lifecycle-hot-reload still running after 10.0 s: ${doing}, for 10.0 s`,
    `  plugin-lifecycle-hot-reload still running after 20.0 s: ${doing}, for 20.0 s`,
    `  plugin-lifecycle-hot-reload still running after 40.0 s: ${doing}, for 40.0 s`,
    "",
  ]);
  reporter.finish();
  expect(vi.getTimerCount()).toBe(0);
});
