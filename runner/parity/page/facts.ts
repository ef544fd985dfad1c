import { join } from "node:path";
import { readRegularFile } from "../../base/files.ts";
import type { ScenarioReport } from "../../report/schema/report-schema.ts";
import type { GatewayRun } from "../gateway-run.ts";

/** What a scenario's evidence says besides its verdict. */
export interface ScenarioFacts {
  /** What the gateway said in each chat, without what is made anew for every run. Sorted: chats do not wait for each other. */
  messages: string[];
  /** How often it began to listen; undefined where its log does not say. */
  starts: number | undefined;
}

/** A release, and the embedded gateway. */
const STARTED = /\[gateway\] (?:http server listening \(|listening on ws:)/g;
/** The runner's own chat, which it asks to know that all before it was handled. */
const OWN_CHAT = /^→ dm:qa-barrier /;
const MADE_ANEW = [
  /[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}/gi,
  /\d{4}-\d\d-\d\d[T ]\d\d:\d\d(?::[\d.]+)?(?:Z|[+-]\d\d:?\d\d)?/g,
  /(?<=-)[0-9a-f]{8}\b|\b[0-9a-f]{16,}\b/gi,
  /\b\d+(?:\.\d+)?(?= ?(?:ms|s|sec|seconds|min|minutes)\b)/g,
];

/** Reads the evidence of a run's scenarios, by id; what a scenario did not leave is empty. */
export async function readFacts({ report, root = "" }: GatewayRun): Promise<Map<string, ScenarioFacts>> {
  const entries = (report?.scenarios ?? []).map(async (scenario) => {
    const [transcript = "", log] = await Promise.all(
      ["transcript", "gateway log"].map((kind) => textOf(scenario, kind, root)),
    );
    const facts: ScenarioFacts = { messages: messagesIn(transcript), starts: startsIn(log) };
    return [scenario.id, facts] as const;
  });
  return new Map(await Promise.all(entries));
}

/** What the gateway said, of a transcript. */
export function messagesIn(transcript: string): string[] {
  return transcript
    .split("\n")
    .filter((line) => line.startsWith("→") && !OWN_CHAT.test(line))
    .map((line) => MADE_ANEW.reduce((text, pattern) => text.replace(pattern, "…"), line.slice(1).trim()))
    .sort();
}

/** How often a gateway began to listen, of its log. */
export function startsIn(log: string | undefined): number | undefined {
  return log?.match(STARTED)?.length;
}

async function textOf(
  { evidence }: ScenarioReport,
  kind: string,
  folder: string,
): Promise<string | undefined> {
  const file = evidence.find((each) => each.kind === kind);
  return file && readRegularFile(join(folder, file.path)).catch(() => undefined);
}
