import { expect, it } from "vitest";
import type { TraceRecord } from "../../gateway/gateway.ts";
import type { RecordedRequest } from "../../model/recorder.ts";
import type { Account, Act } from "./account.ts";
import { modelNotes } from "./causes.ts";
import { brokenPlugins, pluginChain } from "./plugin.ts";
import { sentenceOf } from "./sentences.ts";
import { brokenChange } from "./subject.ts";
import { about, account, CHANGE, PATCHED, records, SAID, T0, told } from "./testing/accounts.ts";

const UPDATED: [string, TraceRecord["facts"]?][] = [
  ["update-requested", {}],
  ...["resolve target", "install into staging", "boot check", "swap"].map(
    (step): [string, TraceRecord["facts"]] => ["update-step", { step, ok: true }],
  ),
  ["update-ended", { status: "ok", version: "1.1.0" }],
  ["stopped"],
  ["boot", { version: "1.1.0" }],
  ["ready"],
  ["note-sent"],
];
const ASKED: Act = { kind: "update", at: T0 };

it("an update ends with the process that is the new version, and where it is awaited with its note", () => {
  const upTo = (count: number) => account(records(...UPDATED.slice(0, count)), [ASKED]);
  expect(about(upTo(UPDATED.length), "expectUpdate")).toEqual([
    "update requested ✓ 5 ms → resolved ✓ 10 ms → staged ✓ 15 ms → validated ✓ 20 ms → swapped ✓ 25 ms → " +
      "stopped ✓ 35 ms → started ✓ 45 ms → version seen ✓ 1.1.0 40 ms",
    undefined,
  ]);
  expect(about(upTo(6), "expectUpdate")?.[1]).toBe(
    "the new version is installed and the old process never stopped",
  );
  expect(about(upTo(9), "expectMessage")?.[1]).toBe(
    "the gateway was updated and never sent the note about it",
  );
  const refused = records(UPDATED[0] ?? [""], [
    "update-ended",
    { status: "error", reason: "target-not-found" },
  ]);
  expect(about(account(refused, [ASKED]), "expectRestart")?.[1]).toBe(
    "the version to update to was not found: target-not-found",
  );
  const back = records(...UPDATED.slice(0, 7), ["boot", { version: "1.0.0" }], ["ready"]);
  expect(about(account(back, [ASKED]), "expectUpdate")?.[1]).toBe(
    "the gateway came back and is not the new version: it is 1.0.0",
  );
});

it("a skill is written and noticed", () => {
  const written: Act = { kind: "skill", at: T0, name: "marker" };
  const noticed = (name: string) => records(["skills-noticed", { skills: [name] }]);
  const missing = ["skill written ✓ 0 ms → noticed ✗", "the skill was written and the gateway never noticed"];
  expect(about(account([], [written]), "expectSkill", "marker")).toEqual(missing);
  expect(about(account(noticed("other"), [written]), "expectSkill", "marker")).toEqual(missing);
  expect(about(account(noticed("marker"), [written]), "expectSkill", "marker")?.[1]).toBeUndefined();
  // A later change of the config is what the statement is about.
  expect(about(account([], [written, { ...PATCHED, at: T0 + 1 }]), "expectSkill", "marker")?.[0]).toMatch(
    /^config/,
  );
});

it("a change that was applied has to outlive a restart, unless the scenario changed the file meanwhile", () => {
  const lost = records(...CHANGE, ["boot", { config: "old" }]);
  const about1 = (acts: Act[]) => about(account(lost, acts), "expectConfig")?.[1];
  expect(about1([PATCHED])).toBe(
    "the change was applied, and a restart lost it: it started with another config",
  );
  expect(about1([PATCHED, { kind: "restart", at: T0 + 22, meddles: true }])).toBeUndefined();
  const kept = records(...CHANGE, ["boot", { config: "h" }]);
  expect(about(account(kept, [PATCHED]), "expectConfig")?.[1]).toBeUndefined();
});

it("a plugin may fail after it was loaded, and its tool when it is called", () => {
  const judged: [string, TraceRecord["facts"]] = [
    "plugins-judged",
    { plugins: [{ id: "almanac", tools: ["edition"] }] },
  ];
  const loaded: [string, TraceRecord["facts"]][] = [
    judged,
    ["plugin-planned", { plugin: "almanac" }],
    ["plugin-imported", { plugin: "almanac" }],
    ["plugin-registered", { plugin: "almanac" }],
  ];
  const late = { plugin: "almanac", late: true, place: "index.js:3:9", why: "a timer threw" };
  const stopped = account(records(...loaded, ["plugin-failed", late]), []);
  expect(about(stopped, "expectPlugin", "almanac")?.[1]).toBe(
    "the plugin almanac was loaded and failed later: index.js:3:9: a timer threw",
  );
  expect(brokenPlugins(stopped, ["almanac", "compass"])).toEqual(["compass", "almanac"]);
  // Loaded again, it has another chance.
  expect(
    brokenPlugins(account(records(...loaded, ["plugin-failed", late], ...loaded.slice(1)), []), []),
  ).toEqual([]);
  const called = records(
    ...loaded,
    ["model-asked", { tools: ["edition"] }],
    ["tool-called", { tool: "edition" }],
    ["tool-failed", { tool: "edition", plugin: "almanac", place: "index.js:7:1", why: "503" }],
  );
  expect(sentenceOf(pluginChain(account(called, []), T0, "almanac", "edition"))).toBe(
    "the plugin almanac's tool was called and failed: index.js:7:1: 503",
  );
});

it("of a gateway that records nothing, its list of plugins, its log and the model's requests tell", () => {
  const outside = (change: Partial<NonNullable<Account["outside"]>>) => ({
    isTraced: false,
    outside: { identity: { bootId: "b1", version: "2026.4.26" }, plugins: undefined, log: "", ...change },
    bootId: "b1",
  });
  const log = "12:00:01 [plugins] almanac failed to load from /x/index.js: Error: no licence file";
  const failed = account([], [SAID], outside({ log }));
  expect(brokenPlugins(failed, ["almanac", "compass"])).toEqual(["almanac"]);
  expect(told(pluginChain(failed, T0, "almanac"))).toEqual([
    "plugin found ? → manifest ? → enabled ? → planned ? → imported ✗ [plugins] almanac failed to load from /x/index.js: Error: no licence file",
    "the plugin almanac does not load: [plugins] almanac failed to load from /x/index.js: Error: no licence file",
  ]);
  const request = { at: T0 + 9, allInputText: "Alice: hello", status: "answered" } as RecordedRequest;
  const asked = account([], [SAID], { ...outside({}), requests: [request] });
  expect(about(asked, "expectReply")).toEqual([
    "reply accepted ? → turn started ? → model asked ✓ 9 ms → model answered ✓ 9 ms → sent ? → arrived ✗",
    "it did not come to `arrived`, and this gateway does not say how far it came: the last it shows is `model answered`",
  ]);
  const held = account([], [SAID], { ...outside({}), requests: [{ ...request, status: "held" }] });
  expect(about(held, "expectReply")?.[1]).toBe(
    "the turn asked the model and got no answer: the request is held",
  );
  const updated = (identity: { bootId: string; version: string }) =>
    account(
      [],
      [
        {
          kind: "update",
          at: T0,
          call: { member: "call", at: T0, endedAt: T0 + 50, update: { ok: true, version: "2026.9.6" } },
        },
      ],
      outside({ identity }),
    );
  expect(about(updated({ bootId: "b1", version: "2026.4.26" }), "expectUpdate")?.[1]).toBe(
    "the new version is installed and the old process never stopped",
  );
  expect(about(updated({ bootId: "b2", version: "2026.4.26" }), "expectUpdate")?.[1]).toBe(
    "the gateway came back and is not the new version: it is 2026.4.26",
  );
});

it("a change of the same step that did not get through may be why something else fails", () => {
  const began = { stepAt: T0 };
  expect(brokenChange(account(records(...CHANGE.slice(0, 3)), [PATCHED], began))?.missing).toBe("applied");
  expect(
    brokenChange(account(records(...CHANGE.slice(0, 3)), [PATCHED], { stepAt: T0 + 1 })),
  ).toBeUndefined();
  expect(brokenChange(account(records(...CHANGE), [PATCHED], began))).toBeUndefined();
  expect(brokenChange(account([], [PATCHED], began))).toBeUndefined();
});

it("a scripted model names what it had no rule for, and the rules that matched nothing", () => {
  const asked = (rule: string) => ({ rule, prompt: "Where is parcel 4711?" }) as RecordedRequest;
  const script = {
    rules: [
      { match: { lastUser: "packet" }, reply: "x" },
      { name: "late", reply: "y" },
    ],
  };
  const notes = (rule: string, given: typeof script | undefined = script) =>
    modelNotes(account([], [], { requests: [asked(rule)] }), given);
  expect(notes("instructions: acknowledge")).toEqual({
    noRule:
      'no rule of the scenario\'s model script matches what the model was asked, so it only said "OK.": "Where is parcel 4711?"',
    unused: '2 rules of the model script matched nothing so far: rules[0] ({"lastUser":"packet"}), late',
  });
  expect(notes("late")).toEqual({
    unused: '1 rule of the model script matched nothing so far: rules[0] ({"lastUser":"packet"})',
  });
  expect(notes("fallback").noRule).toMatch(/^no rule of the scenario's model script matches/);
  expect(
    modelNotes(account([], [], { requests: [asked("instructions: acknowledge")] }), undefined).noRule,
  ).toMatch(/^the scripted model found no instruction/);
  const repeated = account([], [], { requests: [asked("instructions: acknowledge-result")] });
  expect(modelNotes(repeated, undefined).noRule).toMatch(/only repeated what the last tool had answered/);
  expect(modelNotes(repeated, { rules: [{ reply: "x" }] })).not.toHaveProperty("noRule");
});
