import { createHash } from "node:crypto";
import { createReadStream } from "node:fs";
import { createInterface } from "node:readline";
import { promisify } from "node:util";
import { deflateRaw } from "node:zlib";
import { inShort } from "../../base/text.ts";
import { headlineOf } from "../chain-text.ts";
import type { LoggedEvent } from "../events.ts";
import { UNPROVEN_TEXT } from "../outcomes.ts";
import type { RunReport, ScenarioReport } from "../schema/report-schema.ts";
import { DATA_ID, type PageData, type PageRun, recordId } from "./page-data.ts";
import { pageProgram } from "./program.ts";

const pack = promisify(deflateRaw);

/** Of all records together, packed: what is over it stays in events.jsonl. */
const MOST_BYTES = 15 * 1024 * 1024;
/** Of the events of one scenario, before they are packed. */
const MOST_OF_ONE = 24 * 1024 * 1024;

/** A run that a page is made of. */
export interface PageSource {
  report: RunReport;
  /** Its events.jsonl, absolute; absent where there is none. */
  eventsPath?: string;
  /** As the user would type its folder. */
  name?: string;
  /** Earlier verdicts of its scenarios, oldest first. */
  history?: ReadonlyMap<string, readonly string[]>;
}

/**
 * The text of report.html: one file that needs nothing else.
 * @throws Error if the page's program cannot be built
 */
export async function renderPage(sources: readonly PageSource[]): Promise<string> {
  const [program, ...runs] = await Promise.all([
    pageProgram(),
    ...sources.map((source) => packedRun(source, MOST_BYTES / sources.length)),
  ]);
  const data: PageData = { runs: runs.map(({ run }) => run) };
  const blocks = runs.flatMap(({ records }, place) =>
    records.map(
      (record, index) => `<script type="text/plain" id="${recordId(place, index)}">${record}</script>`,
    ),
  );
  const policy = [
    "default-src 'none'",
    `script-src '${hashOf(program.script)}'`,
    `style-src '${hashOf(program.style)}'`,
    "img-src data:",
    "base-uri 'none'",
    "form-action 'none'",
  ].join("; ");
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${policy}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta name="referrer" content="no-referrer">
<title>Gateway QA report</title>
<link rel="icon" href="data:,">
<style>${program.style}</style>
</head>
<body>
<noscript>This page needs JavaScript; report.md beside it says the same in short.</noscript>
<div id="app"></div>
<script type="application/json" id="${DATA_ID}">${inScript(JSON.stringify(data))}</script>
${blocks.join("\n")}
<script>${program.script}</script>
</body>
</html>
`;
}

/** Nothing in a JSON text can end the element that it stands in. */
function inScript(json: string): string {
  return inOrder(json).replaceAll("<", "\\u003c");
}

/** What turns the direction of the text after it around is shown, and does not. */
function inOrder(json: string): string {
  return json.replace(/[\u202a-\u202e\u2066-\u2069]/g, (mark) => `\\\\u${mark.charCodeAt(0).toString(16)}`);
}

function hashOf(text: string): string {
  return `sha256-${createHash("sha256").update(text).digest("base64")}`;
}

/** @param most bytes of all records */
async function packedRun(source: PageSource, most: number): Promise<{ run: PageRun; records: string[] }> {
  const { report } = source;
  const packed = new Map<string, Buffer>();
  const notes: string[] = [];
  const index = new Map(report.scenarios.map((scenario) => [scenario.id, scenario]));
  if (source.eventsPath === undefined) notes.push("There is no events.jsonl: steps and failures only.");
  else {
    try {
      for await (const { id, lines } of scenarioLines(source.eventsPath)) {
        const scenario = index.get(id);
        if (scenario) packed.set(id, await pack(recordText(scenario, lines)));
      }
    } catch (error) {
      notes.push(`events.jsonl could not be read: ${error instanceof Error ? error.message : error}`);
    }
  }
  // What did not pass is what the page is for.
  const urgent = report.scenarios.toSorted(
    (a, b) => Number(a.verdict === "passed") - Number(b.verdict === "passed"),
  );
  let size = 0;
  let left = 0;
  for (const { id } of urgent) {
    size += packed.get(id)?.length ?? 0;
    if (size > (most * 3) / 4 && packed.delete(id)) left += 1;
  }
  if (left > 0)
    notes.push(
      `The records of ${left} scenarios are left out, for the size of this page: they are in events.jsonl.`,
    );
  const records = await Promise.all(
    report.scenarios.map(async (scenario) => {
      const record = packed.get(scenario.id) ?? (await pack(recordText(scenario, [])));
      return record.toString("base64");
    }),
  );
  return { run: { ...overview(source), notes }, records };
}

function recordText(scenario: ScenarioReport, lines: readonly string[]): string {
  return inOrder(`{"scenario":${JSON.stringify(scenario)},"events":[${lines.join(",")}]}`);
}

function overview({ report, name, history }: PageSource): Omit<PageRun, "notes"> {
  const { runId, command, gateway, startedAt, durationMs, interrupted, exitCode, counts, jobs, tool } =
    report;
  return {
    ...{ runId, command, gateway, startedAt, durationMs, interrupted, exitCode, counts, jobs },
    tool: `${tool.name} ${tool.version}, Node ${tool.node}, ${tool.platform}`,
    ...(name === undefined ? {} : { name }),
    scenarios: report.scenarios.map((scenario) => {
      const {
        id,
        title,
        file,
        tags,
        verdict,
        fault,
        flaky,
        failure,
        reason,
        unproven,
        gateway: ran,
      } = scenario;
      const why = failure ? headlineOf(failure) : reason;
      const before = history?.get(id);
      return {
        ...{ id, title, file, tags, verdict, flaky, durationMs: scenario.durationMs },
        ...(fault === undefined ? {} : { fault }),
        ...(unproven === undefined ? {} : { unproven: UNPROVEN_TEXT[unproven] }),
        attempts: scenario.attempts.length,
        ...(ran ? { gateway: `${ran.product} ${ran.version}` } : {}),
        ...(why === undefined ? {} : { why: inShort(why) }),
        ...(before === undefined ? {} : { before }),
      };
    }),
  };
}

/** The lines of each scenario, when it has come to its end. What is no line of a run's events is passed over. */
async function* scenarioLines(path: string): AsyncGenerator<{ id: string; lines: string[] }> {
  const open = new Map<string, { lines: string[]; size: number }>();
  for await (const line of createInterface({ input: createReadStream(path, "utf8"), crlfDelay: Infinity })) {
    const event = parse(line);
    if (!event || !("scenarioId" in event)) continue;
    const own = open.get(event.scenarioId) ?? { lines: [], size: 0 };
    open.set(event.scenarioId, own);
    own.size += line.length;
    if (own.size <= MOST_OF_ONE || event.type === "scenario-finished") own.lines.push(line);
    if (event.type !== "scenario-finished" || event.next) continue;
    open.delete(event.scenarioId);
    yield { id: event.scenarioId, lines: own.lines };
  }
  for (const [id, { lines }] of open) yield { id, lines };
}

/** Undefined for what is cut off: the last line of a run that was killed. */
function parse(line: string): LoggedEvent | undefined {
  try {
    const value: unknown = JSON.parse(line);
    return typeof value === "object" && value !== null && "type" in value
      ? (value as LoggedEvent)
      : undefined;
  } catch {
    return undefined;
  }
}
