import { createHash } from "node:crypto";
import { describe, expect, test } from "vitest";
import { compareRuns } from "../compare.ts";
import type { GatewayRun } from "../gateway-run.ts";
import { runOn, sampleRuns } from "../testing/sample-runs.ts";
import { changesBetween, type Side } from "./changes.ts";
import { messagesIn, type ScenarioFacts, startsIn } from "./facts.ts";
import { escapeHtml, renderPage } from "./html.ts";

const FACTS = {
  command: "pnpm qa parity --all --gateways openclaw@2026.4.26,openclaw@2026.9.6 --page",
  createdAt: new Date(Date.UTC(2026, 0, 2, 3, 4, 5)),
  interrupted: false,
};
const SCENARIO = "plugin-lifecycle-hot-reload";

function pageOf(
  [first, second]: readonly GatewayRun[],
  facts: readonly Readonly<Record<string, ScenarioFacts>>[] = [],
): string {
  if (!first || !second) throw new Error("a page is about two");
  const [before = {}, after = {}] = facts;
  return renderPage(
    changesBetween(compareRuns([first, second], FACTS), [
      { run: first, facts: new Map(Object.entries(before)) },
      { run: second, facts: new Map(Object.entries(after)) },
    ]),
  );
}

test("two gateways side by side, as a page", async () => {
  const before = { messages: ["dm:alice  OpenClaw: kept", "dm:alice  OpenClaw: old words"], starts: 1 };
  const after = {
    messages: ["dm:alice  OpenClaw: kept", "dm:alice  OpenClaw: new words", "room  OpenClaw: kept"],
    starts: 2,
  };
  const page = pageOf(sampleRuns(), [{ [SCENARIO]: before }, { [SCENARIO]: after }]);
  await expect(page).toMatchFileSnapshot("../golden/page.html");
});

describe("what comes from a gateway", () => {
  const HOSTILE = `<script>alert(1)</script><img src=x onerror='alert(2)'>" style="x&lt;\u202e\u001b[31m`;

  test("is text on the page, wherever it stands", () => {
    const failure = { code: "wait-timeout", fault: "product", message: HOSTILE } as const;
    const answers = (name: string) => ({ [SCENARIO]: [["m", { [`a${name}`]: 1 }]] as [string, unknown][] });
    const runs = [
      runOn(HOSTILE, { [SCENARIO]: { verdict: "failed", failure } }, answers("1")),
      runOn("b", { [SCENARIO]: { verdict: "passed", failure: undefined } }, answers("2")),
    ];
    const facts = { messages: [HOSTILE], starts: 1 };
    const page = pageOf(runs, [{ [SCENARIO]: facts }]);
    expect(page.split("alert(1)").length).toBeGreaterThan(2);
    for (const raw of ["<script", "<img", "\u202e", "\u001b"]) expect(page).not.toContain(raw);
    expect(page).toContain(escapeHtml("<script>alert(1)</script>"));
  });

  test("could do nothing if it were not: the policy allows the page's own style and nothing else", () => {
    const page = pageOf(sampleRuns());
    const [, policy] = /http-equiv="Content-Security-Policy" content="([^"]+)"/.exec(page) ?? [];
    const [, style = ""] = /<style>(.*)<\/style>/s.exec(page) ?? [];
    const digest = createHash("sha256").update(style).digest("base64");
    expect(policy?.replaceAll("&#39;", "'")).toBe(`default-src 'none'; style-src 'sha256-${digest}'`);
    expect(page.indexOf("Content-Security-Policy")).toBeLessThan(page.indexOf("<title>"));
    expect(page).not.toMatch(/\s(?:src|on\w+|style)=|url\(|@import|href="(?!#)/);
  });
});

test("what a machine made fail is no difference, and a run that cannot be relied on is named at the top", () => {
  const failure = { code: "port-taken", fault: "environment", message: "the port is taken" } as const;
  const [a, b] = [
    runOn("a", { [SCENARIO]: { verdict: "passed", failure: undefined } }),
    { ...runOn("b", { [SCENARIO]: { verdict: "failed", failure } }), problem: "its run was interrupted" },
  ];
  const facts = new Map([[SCENARIO, { messages: ["only here"], starts: 1 }]]);
  const sides: [Side, Side] = [
    { run: a, facts },
    { run: b, facts: new Map() },
  ];
  const changes = changesBetween(compareRuns([a, b], FACTS), sides);
  expect(changes).toMatchObject({ verdicts: { different: [], same: [] }, messages: [], times: [] });
  expect(changes.verdicts.open.map(({ id }) => id)).toEqual([SCENARIO]);
  expect(renderPage(changes)).toMatch(/<p class="problem">b: its run was interrupted\.<\/p>[\s\S]*<nav>/);
});

test("a config key counts once, whichever method showed it, and one that only one of them saw filled not at all", () => {
  const config = (value: unknown) => ({ config: value });
  const passed = { [SCENARIO]: { verdict: "passed", failure: undefined } } as const;
  const answers = (value: unknown) => ({
    [SCENARIO]: [
      ["config.get", config(value)],
      ["config.patch", { ok: true, ...config(value) }],
    ] as [string, unknown][],
  });
  const runs = [
    runOn("a", passed, answers({ talk: { voice: "x" }, port: 1, list: [] })),
    runOn("b", passed, answers({ talk: {}, port: "1", list: [{ id: 1 }], meta: {} })),
  ] as const;
  const [a, b] = runs;
  const sides: [Side, Side] = [
    { run: a, facts: new Map() },
    { run: b, facts: new Map() },
  ];
  const { config: keys, methods } = changesBetween(compareRuns(runs, FACTS), sides);
  expect(keys.map(({ path, kind }) => `${path} ${kind}`)).toEqual([
    "meta new",
    "port other",
    "talk.voice gone",
  ]);
  expect(methods).toEqual([]);
});

test("of a transcript, what the gateway said counts, without what every run makes anew", () => {
  const said = (id: string, seconds: string) =>
    messagesIn(
      [
        `← dm:alice  alice: /status`,
        `→ thread:room/thread-${id}  OpenClaw: TWO-${id.slice(0, 8)} after ${seconds} s at 2026-11-30T17:10:04.134Z`,
        "→ dm:qa-barrier  OpenClaw: Identity",
        "→ dm:alice  OpenClaw: updated to 2026.9.6",
      ].join("\n"),
    );
  const first = said("466a084e-e527-4d47-bebb-dd714befa541", "1.2");
  expect(first).toEqual([
    "dm:alice  OpenClaw: updated to 2026.9.6",
    "thread:room/thread-…  OpenClaw: TWO-… after … s at …",
  ]);
  expect(said("ea1b8579-6351-44a7-8558-fc755bff5c05", "30")).toEqual(first);
});

test("a log says how often a gateway began to listen, and one that does not say so says nothing", () => {
  const release = "2026-11-30T17:10:04.134+00:00 [gateway] http server listening (14 plugins; 4.6s)";
  const embedded = "2026-11-30T17:10:04.134Z info [gateway] listening on ws://127.0.0.1:4040 (version 1.0.0)";
  expect(startsIn([release, "[gateway] ready", release].join("\n"))).toBe(2);
  expect(startsIn(embedded)).toBe(1);
  expect(startsIn("[gateway] ready")).toBeUndefined();
  expect(startsIn(undefined)).toBeUndefined();
});
