import { createHash } from "node:crypto";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import type { LoggedEvent } from "../events.ts";
import { runEventsOf } from "../record.ts";
import { reportOf } from "../run-state.ts";
import { sampleRun } from "../testing/sample-run.ts";
import { decisiveView } from "./attempt-view.ts";
import { evidenceLines } from "./evidence-text.ts";
import { renderPage } from "./page.ts";
import { DATA_ID, type PageData } from "./page-data.ts";
import { blocksIn, recordsIn } from "./testing/records.ts";

const HOSTILE = "</script><img src=x onerror=alert(1)> <!-- <script>";

/** The sample run, with texts in its record and in its title that would like to be more than text. */
function hostileRun(): LoggedEvent[] {
  return sampleRun().flatMap((event): LoggedEvent[] => {
    if (event.type === "run-started") {
      return [
        {
          ...event,
          scenarios: event.scenarios.map((each) => ({ ...each, title: `${each.title} ${HOSTILE}` })),
        },
      ];
    }
    if (event.type !== "step-started") return [event];
    const { at, scenarioId } = event;
    const about = { at, scenarioId, conversation: "dm:alice", sender: HOSTILE };
    return [event, { type: "channel-event", event: "inbound-message", ...about, text: HOSTILE }];
  });
}

async function pageOf(events: readonly LoggedEvent[], end = ""): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), "gateway-qa-page-"));
  onTestFinished(() => rm(folder, { recursive: true }));
  const eventsPath = join(folder, "events.jsonl");
  await writeFile(eventsPath, events.map((event) => `${JSON.stringify(event)}\n`).join("") + end);
  return renderPage([{ report: reportOf(runEventsOf(events)), eventsPath }]);
}

test("hostile texts stay texts, and nothing is fetched", async () => {
  const events = hostileRun();
  const page = await pageOf(events);
  expect(page).not.toContain(HOSTILE);
  expect(page).not.toContain("<img");
  // Its own two scripts, the overview and a record for each scenario: nothing has opened another.
  const { scenarios } = reportOf(runEventsOf(events));
  expect(page.match(/<script/g)).toHaveLength(2 + scenarios.length);
  expect(page).not.toMatch(/(?:src|href)="(?!data:|#)/);
  expect(page).not.toMatch(/@import|url\(|\bfetch\(|XMLHttpRequest|WebSocket/);

  const data = JSON.parse(blocksIn(page).get(DATA_ID) ?? "") as PageData;
  expect(data.runs[0]?.scenarios.map(({ title }) => title)).toEqual(scenarios.map(({ title }) => title));
  const withSteps = scenarios.findIndex(({ steps }) => steps.length > 0);
  expect(recordsIn(page)[withSteps]?.events).toContainEqual(
    expect.objectContaining({ type: "channel-event", text: HOSTILE }),
  );
});

test("its policy allows its own script and style, and nothing else", async () => {
  const page = await pageOf(sampleRun());
  const hash = (text = "") => `'sha256-${createHash("sha256").update(text).digest("base64")}'`;
  const policy = /http-equiv="Content-Security-Policy" content="([^"]*)"/.exec(page)?.[1]?.split("; ");
  expect(policy).toEqual([
    "default-src 'none'",
    `script-src ${hash(/<script>([\s\S]*)<\/script>/.exec(page)?.[1])}`,
    `style-src ${hash(/<style>([\s\S]*)<\/style>/.exec(page)?.[1])}`,
    "img-src data:",
    "base-uri 'none'",
    "form-action 'none'",
  ]);
});

test("of a run that was killed it shows what there is, up to the line that was being written", async () => {
  const events = hostileRun();
  const cut = events.findLastIndex(({ type }) => type === "step-started") + 1;
  const page = await pageOf(events.slice(0, cut), '{"type":"channel-event","at":1');
  const last = events[cut - 1];
  const data = JSON.parse(blocksIn(page).get(DATA_ID) ?? "") as PageData;
  expect(data.runs[0]).toMatchObject({ interrupted: true, notes: [] });
  const index = data.runs[0]?.scenarios.findIndex(
    (each) => last && "scenarioId" in last && each.id === last.scenarioId,
  );
  expect(recordsIn(page)[index ?? -1]?.events.at(-1)).toEqual(last);
});

test("a text that turns its direction around shows how, and the text after it keeps its own", async () => {
  const turned = sampleRun().map((event) =>
    event.type === "step-started" ? { ...event, name: "\u202estep \u2066 one" } : event,
  );
  const page = await pageOf(turned);
  const names = recordsIn(page).flatMap(({ events }) =>
    events.flatMap((event) => (event.type === "step-started" ? [event.name] : [])),
  );
  expect(new Set(names)).toEqual(new Set(["\\u202estep \\u2066 one"]));
});

test("in the terminal, of what there is nothing that is said", () => {
  const [scenario] = reportOf(runEventsOf(sampleRun())).scenarios;
  const view = decisiveView(sampleRun(), "failed");
  if (!scenario || !view) throw new Error("there is no scenario");
  const lines = evidenceLines(scenario, view, { evidence: ["calls", "log"] });
  expect(lines.slice(1)).toEqual(["", "calls: nothing", "", "log: nothing"]);
});
