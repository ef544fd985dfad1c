import { expect, it } from "vitest";
import { STATEMENTS } from "../../actions/vocabulary.ts";
import type { Statement } from "../../flow/types.ts";
import type { TraceRecord } from "../../gateway/gateway.ts";
import type { Act } from "./account.ts";
import { chainAbout, subjectOf } from "./subject.ts";
import {
  about,
  account,
  CALL,
  CHANGE,
  HASH,
  message,
  PATCHED,
  records,
  SAID,
  statement,
  T0,
  told,
} from "./testing/accounts.ts";

const RUN = { run: "r1", session: "s" };
const TURN: [string, TraceRecord["facts"]?][] = [
  ["message-accepted", { message: "m1" }],
  ["run-accepted", { ...RUN, message: "m1" }],
  ["run-started", RUN],
  ["model-asked", RUN],
  ["model-answered", RUN],
  ["reply-sent", RUN],
];

it("names the first link of a reply that did not happen", () => {
  expect(about(account(records(...TURN), [SAID]), "expectReply")).toEqual([
    "reply accepted ✓ 5 ms → turn started ✓ 15 ms → model asked ✓ 20 ms → model answered ✓ 25 ms → sent ✓ 30 ms → arrived ✗",
    "the gateway sent the reply and it never arrived on the channel",
  ]);
  expect(about(account(records(...TURN.slice(0, 3)), [SAID]), "expectReply")).toEqual([
    "reply accepted ✓ 5 ms → turn started ✓ 15 ms → model asked ✗",
    "the turn started and never asked the model",
  ]);
  const twice = records(...TURN.slice(0, 5), ["model-asked", RUN]);
  expect(about(account(twice, [SAID]), "expectReply")?.[0]).toContain(
    "model asked ✓ 2 times 20 ms → model answered ✗",
  );
});

it("says why a message led to no turn, and why a turn led to no message", () => {
  const ignored = records(TURN[0] ?? [""], [
    "message-ignored",
    { message: "m1", why: "it does not mention the agent" },
  ]);
  expect(about(account(ignored, [SAID]), "expectReply")?.[1]).toBe(
    "the gateway took the message and started no turn: it does not mention the agent",
  );
  const waits = records(["run-accepted", { run: "r0", session: "s" }], ...TURN.slice(0, 2));
  // The other turn had begun before.
  expect(about(account(waits, [{ ...SAID, at: T0 + 7 }]), "expectReply")?.[1]).toContain(
    "waits for another turn of its session",
  );
  const silent = records(...TURN.slice(0, 5), [
    "reply-unsent",
    { ...RUN, why: "the agent had nothing to say" },
  ]);
  expect(about(account(silent, [SAID]), "expectReply")?.[1]).toContain(
    "sent nothing: the agent had nothing to say",
  );
  const failed = records(...TURN.slice(0, 4), ["run-ended", { ...RUN, status: "error", error: "no key" }]);
  expect(about(account(failed, [SAID]), "expectReply")?.[1]).toBe(
    "the turn asked the model and got no answer: the turn failed: no key",
  );
});

it("a command asks no model", () => {
  const command = records(
    ...TURN.slice(0, 1),
    ["run-accepted", { ...RUN, message: "m1", command: "hang" }],
    ...TURN.slice(2, 3),
  );
  expect(about(account(command, [SAID]), "expectReply")).toEqual([
    "reply accepted ✓ 5 ms → turn started ✓ 15 ms → sent ✗ it has not ended",
    "the gateway ran the command and sent no answer: it has not ended",
  ]);
});

it("a turn that a restart cut off has to be taken up", () => {
  const cut = records(...TURN.slice(0, 4), ["stopped"], ["boot"], ["run-abandoned", RUN]);
  expect(about(account(cut, [SAID]), "waitForOutboundMessage")).toEqual([
    "reply accepted ✓ 5 ms → turn started ✓ 15 ms → model asked ✓ 20 ms → taken up ✗ abandoned",
    "the gateway restarted and did not take up the turn that this cut off: abandoned",
  ]);
  const again = records(...TURN.slice(0, 4), ["boot"], ["run-resumed", RUN], ...TURN.slice(3));
  expect(about(account(again, [SAID]), "expectReply")?.[1]).toBe(
    "the gateway sent the reply and it never arrived on the channel",
  );
});

it("a reply that came and is another one is not missing", () => {
  const underWay = account(records(...TURN.slice(0, 5)), [SAID]);
  expect(chainAbout(underWay, statement("expectReply"), true)?.missing).toBe("sent");
  expect(told(chainAbout(underWay, statement("expectReply"), true, true))).toEqual([
    "reply accepted ✓ 5 ms → turn started ✓ 15 ms → model asked ✓ 20 ms → model answered ✓ 25 ms",
    undefined,
  ]);
  expect(chainAbout(underWay, statement("expectMessage"), true, true)?.missing).toBe("sent");
});

it("of a closed list of messages one is missing only as long as too few came", () => {
  const outbound = [message({ id: "m2", direction: "outbound", timestamp: T0 + 30 })];
  const of = account(records(...TURN.slice(0, 5)), [SAID], { outbound });
  const wanting = (count: number) => {
    const item = { kind: "literal", value: "x" } as const;
    const params = [["messages", { kind: "list", items: Array(count).fill(item) }]] as const;
    return { ...statement("expectMessages"), params } as Statement;
  };
  expect(chainAbout(of, wanting(2), true, true)?.missing).toBe("sent");
  expect(chainAbout(of, wanting(1), true, true)?.missing).toBeUndefined();
});

it("a room that is named is the one that is meant", () => {
  const elsewhere: Act = {
    kind: "message",
    at: T0 + 40,
    message: message({ id: "m2", conversation: { id: "lobby", kind: "channel" } }),
  };
  const both = account(records(...TURN), [SAID, elsewhere]);
  const inRoom = (id: string) => {
    const params = [["in", { kind: "literal", value: id }]] as const;
    return chainAbout(both, { ...statement("expectMessage"), params } as Statement, true)?.missing;
  };
  expect([inRoom("alice"), inRoom("lobby")]).toEqual(["arrived", "accepted"]);
});

it("a request to the model is not about what comes after it", () => {
  expect(about(account(records(...TURN.slice(0, 4)), [SAID]), "expectModelRequest")).toEqual([
    "reply accepted ✓ 5 ms → turn started ✓ 15 ms → model asked ✓ 20 ms",
    undefined,
  ]);
  expect(about(account(records(...TURN.slice(0, 3)), [SAID]), "expectModelRequest")?.[1]).toBe(
    "the turn started and never asked the model",
  );
});

it("a chat command asks no model", () => {
  const command = records(
    ["message-accepted", { message: "m1" }],
    ["run-accepted", { ...RUN, message: "m1", command: "whoami" }],
    ["run-started", RUN],
    ["reply-sent", RUN],
  );
  const outbound = [message({ id: "m2", direction: "outbound", replyToId: "m1", timestamp: T0 + 30 })];
  expect(about(account(command, [SAID], { outbound }), "expectReply")).toEqual([
    "reply accepted ✓ 5 ms → turn started ✓ 15 ms → sent ✓ 20 ms → arrived ✓ 30 ms",
    undefined,
  ]);
});

it("follows a change of the config to the moment in which it is in force", () => {
  expect(about(account(records(...CHANGE.slice(0, 3)), [PATCHED]), "expectSkill", "x")).toEqual([
    "config written ✓ 5 ms → noticed ✓ 10 ms → planned ✓ hot (skills.entries) 15 ms → applied ✗",
    "the gateway accepted the patch and never applied it",
  ]);
  expect(about(account(records(...CHANGE), [PATCHED]), "expectSkill", "x")?.[1]).toBeUndefined();
  const byHand: Act = { kind: "config", at: T0, byHand: true };
  expect(about(account([], [byHand]), "expectConfig")).toEqual([
    "config written ✓ by hand 0 ms → noticed ✗",
    "the config file was edited and the gateway never noticed",
  ]);
  const rejected = records(
    ["config-noticed", HASH],
    ["config-rejected", { ...HASH, problems: "port is no number" }],
  );
  expect(about(account(rejected, [byHand]), "expectConfig")?.[1]).toBe(
    "the gateway noticed the change and refused it: rejected: port is no number",
  );
});

it("a change that needs a restart is in force when the new process has it", () => {
  const planned: [string, TraceRecord["facts"]?][] = [
    ...CHANGE.slice(0, 2),
    ["config-planned", { ...HASH, kind: "restart", reasons: ["ui"] }],
  ];
  const restarted = (config: string) =>
    records(
      ...planned,
      ["restart-deferred", { work: "1 run" }],
      ["stopped"],
      ["boot", { config }],
      ["ready"],
    );
  expect(about(account(restarted("h"), [PATCHED]), "expectConfig")?.[1]).toBeUndefined();
  expect(about(account(restarted("other"), [PATCHED]), "expectConfig")?.[0]).toMatch(
    /deferred ✓ 1 run 20 ms → stopped ✓ 25 ms → started ✓ 30 ms → ready ✓ 35 ms → applied ✗ it started with another config$/,
  );
  // Judged when it is planned: what follows is still to come.
  expect(about(account(records(...planned), [PATCHED]), "expectReload")).toEqual([
    "config written ✓ 5 ms → noticed ✓ 10 ms → planned ✓ restart (ui) 15 ms",
    undefined,
  ]);
});

it("a restart that waits says for what; one that promised a note ends with the note", () => {
  const request = ["restart-requested", { reason: "config.patch", note: true }] as [
    string,
    TraceRecord["facts"],
  ];
  const waits = records(request, ["restart-deferred", { work: "1 embedded run(s)" }]);
  expect(about(account(waits, [PATCHED]), "expectRestart")?.[1]).toBe(
    "the gateway was asked to restart and never stopped: it waits for 1 embedded run(s)",
  );
  // What is said in between does not ask for one.
  expect(about(account(waits, [PATCHED, { ...SAID, at: T0 + 8 }]), "expectRestart")?.[0]).toMatch(
    /^restart requested ✓/,
  );
  expect(about(account(waits, [PATCHED, { ...PATCHED, at: T0 + 50 }]), "expectRestart")?.[1]).toBe(
    "nothing asked the gateway to restart",
  );
  const untold = records(request, ["stopped"], ["boot"], ["ready"]);
  expect(about(account(untold, [PATCHED]), "expectMessage")?.[1]).toBe(
    "the gateway restarted and never sent the note about it",
  );
});

it("a plugin's chain comes after the change that was to enable it", () => {
  const judged = (plugin: object) =>
    ["plugins-judged", { plugins: [plugin] }] as [string, TraceRecord["facts"]];
  const loaded: [string, TraceRecord["facts"]][] = [
    ["plugin-planned", { plugin: "almanac", reason: "candidate tools: edition" }],
    ["plugin-failed", { plugin: "almanac", place: "index.ts", why: "no such module" }],
  ];
  const fails = account(records(judged({ id: "almanac", tools: ["edition"] }), ...loaded), []);
  expect(about(fails, "expectTool", "edition")?.[1]).toBe(
    "the plugin almanac does not load: index.ts: no such module",
  );
  expect(about(fails, "expectPlugin", "compass")?.[1]).toBe("the gateway did not find the plugin compass");
  const noop = records(
    ...CHANGE.slice(0, 2),
    ["config-planned", { ...HASH, kind: "hot", plugins: true }],
    ["config-applied", HASH],
  );
  expect(about(account(noop, [PATCHED]), "expectTool", "edition")?.[1]).toBe(
    "the gateway planned the change and did not reload its plugins",
  );
});

it("where nothing is to be there, nothing is missing", () => {
  const judged: [string, TraceRecord["facts"]] = ["plugins-judged", { plugins: [{ id: "almanac" }] }];
  const value = { kind: "literal", value: false } as const;
  const absent = { kind: "matcher", matcher: { kind: "exists", value } } as const;
  const wanted = statement("expectPlugin", "almanac");
  const unwanted = {
    ...wanted,
    params: [...(wanted.kind === "action" ? wanted.params : []), ["is", absent]],
  };
  const found = account(records(judged), []);
  expect(chainAbout(found, wanted, true)?.missing).toBe("planned");
  expect(chainAbout(found, unwanted as Statement, true)?.missing).toBeUndefined();
});

it("what acts and is answered otherwise than expected has been answered", () => {
  const answer = { kind: "exists", value: { kind: "literal", value: true } } as const;
  const rpc = { ...statement("rpc", "plugins.install"), answer } as Statement;
  const begun = account(records(...CHANGE.slice(0, 3)), [PATCHED]);
  const refused = { ...statement("rpc", "config.patch"), error: answer } as Statement;
  expect(chainAbout(begun, refused, true)?.missing).toBeUndefined();
  expect(chainAbout(begun, rpc, true)?.missing).toBe("applied");
  expect(chainAbout(begun, rpc, true, true)?.missing).toBeUndefined();
});

it("what nobody can tell of is unknown and never missing", () => {
  const untraced = account([], [SAID], { isTraced: false });
  expect(about(untraced, "expectReply")).toEqual([
    "reply accepted ? → turn started ? → model asked ? → model answered ? → sent ? → arrived ✗",
    "it did not come to `arrived`, and this gateway does not say how far it came",
  ]);
  expect(about(account([], [PATCHED], { isTraced: false }), "expectSkill")).toBeUndefined();
});

it("nothing is missing where something came that should not have", () => {
  expect(about(account(records(...TURN), [SAID]), "expectNoReply")?.[1]).toBeUndefined();
  expect(
    about(account(records(["restart-requested"], ["stopped"]), [PATCHED]), "expectNoRestart")?.[1],
  ).toBeUndefined();
});

it("a wait that no name ties to a chain is about what the scenario did last, and anything else about none", () => {
  const both = account(records(...CHANGE.slice(0, 3)), [SAID, { ...PATCHED, at: T0 }]);
  expect(told(chainAbout(both, CALL, true))?.[1]).toBe("the gateway accepted the patch and never applied it");
  expect(chainAbout(both, CALL, false)).toBeUndefined();
  expect(about(both, "expectLog", "x")).toBeUndefined();
});

/** Statements that are about no chain, or about whatever happened before. */
const ABOUT_NOTHING = new Set([
  "expectChannel",
  "expectChannels",
  "expectCronRun",
  "expectFile",
  "expectGateway",
  "expectHealth",
  "expectInOrder",
  "expectLog",
  "expectMessageState",
  "expectNoLog",
  "expectNoRequest",
  "expectProcess",
  "expectRequest",
  "expectSession",
  "expectTokenHidden",
  "expectUpdateStatus",
]);

it("every statement that expects something has its chain, or is known to have none", () => {
  const expecting = Object.keys(STATEMENTS).filter((name) => name.startsWith("expect"));
  expect(expecting.length).toBeGreaterThan(10);
  expect(expecting.filter((name) => !subjectOf(name) && !ABOUT_NOTHING.has(name))).toEqual([]);
});
