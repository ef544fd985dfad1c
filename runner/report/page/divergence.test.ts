import { expect, test } from "vitest";
import type { LoggedEvent } from "../events.ts";
import { decisiveView } from "./attempt-view.ts";
import { firstDifference, pairsOf } from "./divergence.ts";

/** An attempt with a step in which a message is sent and a reply is waited for. */
function attempt({ reply, marker, asked }: { reply?: string; marker: string; asked: number }) {
  const about = { scenarioId: "s", at: 0 };
  const position = { line: 1, column: 1 };
  const events: LoggedEvent[] = [
    { type: "scenario-started", ...about, attempt: 1, index: 1 },
    { type: "step-started", ...about, at: 10, step: 0, name: "asks", position },
    { type: "statement-started", ...about, at: 11, step: 0, label: "say", position },
    channel("inbound-message", 12, `say ${marker}`),
    { type: "statement-ended", ...about, at: 13, step: 0, position, threw: false },
    { type: "statement-started", ...about, at: 14, step: 0, label: "expectReply", position },
    ...Array.from({ length: asked }, (_, index): LoggedEvent[] => [
      { type: "gateway-call", ...about, at: 15, call: index + 1, via: "rpc", method: "sessions.list" },
      { type: "gateway-answer", ...about, at: 16, call: index + 1, failed: false },
    ]).flat(),
    ...(reply === undefined ? [] : [channel("outbound-message", 20, reply)]),
    { type: "statement-ended", ...about, at: 30, step: 0, position, threw: reply === undefined },
  ];
  const view = decisiveView(events, "passed");
  if (!view) throw new Error("there is no attempt");
  return view;

  function channel(event: string, at: number, text: string): LoggedEvent {
    return { type: "channel-event", ...about, at, event, conversation: "dm:alice", text };
  }
}

test("markers, ids and how often a wait asked are chance, and no difference", () => {
  const one = attempt({ marker: "FIRST-a4df4ff5", reply: "FIRST-a4df4ff5", asked: 1 });
  const other = attempt({ marker: "FIRST-0017ab44", reply: "FIRST-0017ab44", asked: 7 });
  expect(firstDifference(pairsOf(one, other))).toBeUndefined();
});

test("the first difference is what came first, and not the statement that failed for it", () => {
  const fine = attempt({ marker: "M-a4df4ff5", reply: "M-a4df4ff5", asked: 1 });
  const silent = attempt({ marker: "M-0017ab44", asked: 1 });
  const pairs = pairsOf(fine, silent);
  const first = firstDifference(pairs);
  expect(first).toMatchObject({
    step: 0,
    lane: "channel",
    a: { text: "outbound message in dm:alice: M-a4df4ff5" },
  });
  expect(first?.b).toBeUndefined();
  expect(pairs.filter(({ differs }) => differs)).toHaveLength(2);
  const wrong = attempt({ marker: "M-0017ab44", reply: "something else", asked: 1 });
  expect(firstDifference(pairsOf(fine, wrong))).toMatchObject({
    b: { text: expect.stringMatching(/something else$/) },
  });
});

test("a statement that failed stands beside the same that passed, whatever came after it", () => {
  const ends = (threw: boolean, more: readonly string[]) => {
    const about = { scenarioId: "s", at: 0 };
    const position = { line: 1, column: 1 };
    const labels = ["patchConfig", "expectSkill", ...more];
    const view = decisiveView(
      [
        { type: "scenario-started", ...about, attempt: 1, index: 1 },
        { type: "step-started", ...about, step: 0, name: "patches", position },
        ...labels.flatMap((label, index): LoggedEvent[] => [
          { type: "statement-started", ...about, at: index * 10, step: 0, label, position },
          {
            ...{ type: "statement-ended", ...about, at: index * 10 + 5, step: 0, position },
            threw: threw && index === 1,
          },
        ]),
      ],
      "passed",
    );
    if (!view) throw new Error("there is no attempt");
    return view;
  };
  const pairs = pairsOf(ends(false, ["ask", "expectReply"]), ends(true, []));
  expect(pairs.filter(({ differs }) => differs).map(({ a, b }) => [a?.text, b?.text])).toEqual([
    ["expectSkill ✓", "expectSkill ✗"],
    ["ask ✓", undefined],
    ["expectReply ✓", undefined],
  ]);
});

test("what a release adds to what the user wrote is no difference, and other words of the user are one", () => {
  const asks = (...texts: readonly string[]) => {
    const about = { scenarioId: "s", at: 0 };
    const messages = texts.map((text) => ({ role: "user" as const, text }));
    const view = decisiveView(
      [
        { type: "scenario-started", ...about, attempt: 1, index: 1 },
        { type: "step-started", ...about, step: 0, name: "asks", position: { line: 1, column: 1 } },
        { type: "model-request", ...about, request: 1, model: "m", kept: 0, messages },
        { type: "model-answer", ...about, request: 1, rule: "r", status: "answered", text: "hi" },
      ],
      "passed",
    );
    if (!view) throw new Error("there is no attempt");
    return view;
  };
  const context =
    "OpenClaw runtime context for the immediately preceding user message.\nConversation info: dm:alice";
  expect(firstDifference(pairsOf(asks("hello"), asks("hello", context)))).toBeUndefined();
  expect(firstDifference(pairsOf(asks("hello"), asks("goodbye", context)))).toMatchObject({
    b: { text: "user: goodbye → answered: hi" },
  });
});
