import { stripVTControlCharacters } from "node:util";
import { afterEach, expect, it, vi } from "vitest";
import type { RunEvent } from "../events.ts";
import { sampleRun } from "../testing/sample-run.ts";
import { CapturedStream } from "../testing/terminal.ts";
import { ConsoleReporter } from "./console.ts";

const HIDDEN_WHILE_LIVE = "still running";
const ESCAPE = "\u001b[";

afterEach(() => {
  vi.useRealTimers();
  vi.unstubAllEnvs();
});

function open(stream: CapturedStream, env: Record<string, string> = {}) {
  return new ConsoleReporter({ stream, env, cwd: "/work" });
}

async function tell(reporter: ConsoleReporter, events: readonly RunEvent[]): Promise<void> {
  for (const event of events) await reporter.onEvent(event);
}

/** The sample run up to and including the first event that `last` accepts. */
function until(last: (event: RunEvent) => boolean): RunEvent[] {
  const events = sampleRun();
  return events.slice(0, events.findIndex(last) + 1);
}

/** What a terminal of one screen would show in the end, as lines; knows the codes that the live lines use. */
function screen(output: string): string[] {
  const lines = [""];
  let row = 0;
  for (const [token] of output.matchAll(/\u001b\[[?\d;]*[A-Za-z]|\n|[^\u001b\n]+/g)) {
    const code = /^\u001b\[(\d*)([A-Z])$/.exec(token);
    if (token === "\n") row += 1;
    else if (code?.[2] === "A") row -= Number(code[1] || 1);
    else if (code?.[2] === "B") row += Number(code[1] || 1);
    else if (code?.[2] === "K" && code[1] === "2") lines[row] = "";
    else if (!token.startsWith(ESCAPE)) lines[row] += token;
    while (lines.length <= row) lines.push("");
  }
  return lines;
}
