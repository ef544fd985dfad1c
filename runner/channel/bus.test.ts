import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { Wakeups } from "../base/wakeups.ts";
import { QaBus } from "./bus.ts";
import type { BusEvent, InboundMessageInput } from "./types.ts";

const alice = { conversation: { id: "alice", kind: "direct" as const }, senderId: "alice" };

function newBus(): QaBus {
  return new QaBus(new Wakeups());
}

describe("messages", () => {
  test("an outbound message lands in the conversation its target names", () => {
    const bus = newBus();
    const direct = bus.addOutboundMessage({ to: "dm:alice", text: "hi" });
    const threaded = bus.addOutboundMessage({ to: "thread:room/thread-1", text: "in thread" });
    expect(direct).toMatchObject({
      direction: "outbound",
      accountId: "default",
      conversation: { id: "alice", kind: "direct" },
      senderId: "openclaw",
      reactions: [],
      attachments: [],
    });
    expect(threaded).toMatchObject({ conversation: { id: "room", kind: "channel" }, threadId: "thread-1" });
  });

  test("a thread in a known group answers to the group", () => {
    const bus = newBus();
    bus.addInboundMessage({
      ...alice,
      conversation: { id: "team", kind: "group", title: "Team" },
      text: "hi",
    });
    const reply = bus.addOutboundMessage({ to: "thread:team/thread-1", text: "hello" });
    expect(reply.conversation).toEqual({ id: "team", kind: "group", title: "Team" });
  });

  test("what is handed out is a copy", () => {
    const bus = newBus();
    const message = bus.addInboundMessage({ ...alice, text: "hi" });
    message.text = "changed";
    bus.getSnapshot().messages.length = 0;
    for (const outbound of bus.outboundMessages()) outbound.text = "changed";
    expect(bus.getSnapshot().messages.map(({ text }) => text)).toEqual(["hi"]);
  });

  test("react, edit and delete change the message and leave earlier events as they were", () => {
    const bus = newBus();
    const { id } = bus.addInboundMessage({ ...alice, text: "first" });
    bus.react({ messageId: id, emoji: "👍" });
    bus.edit({ messageId: id, text: "second" });
    bus.delete({ messageId: id, senderId: "alice" });
    expect(bus.readMessage({ messageId: id })).toMatchObject({
      text: "second",
      deleted: true,
      editedAt: expect.any(Number),
      reactions: [{ emoji: "👍", senderId: "openclaw" }],
    });
    const events = bus.getSnapshot().events;
    expect(events.map(({ kind }) => kind)).toEqual([
      "inbound-message",
      "reaction-added",
      "message-edited",
      "message-deleted",
    ]);
    expect(events[0]).toMatchObject({ message: { text: "first", reactions: [] } });
    expect(events[1]).toMatchObject({ emoji: "👍", senderId: "openclaw" });
  });

  test.each([
    [{}, "inbound message: conversation.id is missing"],
    [
      { conversation: { id: "a" } },
      "inbound message: conversation.kind must be one of direct, channel, group",
    ],
    [{ conversation: alice.conversation }, "inbound message: senderId is missing"],
    [alice, "inbound message: text is missing"],
  ])("a flow's message %j is refused", (input, message) => {
    const add = () => newBus().addInboundMessage(input as InboundMessageInput);
    expect(add).toThrow(expect.objectContaining({ message, code: "bad-argument", fault: "scenario" }));
  });

  test("another account's message is not found", () => {
    const bus = newBus();
    const { id } = bus.addInboundMessage({ ...alice, text: "hi", accountId: "other" });
    expect(() => bus.readMessage({ messageId: id })).toThrow(`qa-bus message not found: ${id}`);
  });

  test("tool calls lose their secrets, and all texts as on upstream's bus", () => {
    const bus = newBus();
    const message = bus.addOutboundMessage({
      to: "dm:alice",
      text: "done",
      toolCalls: [{ name: "login", arguments: { user: "a", tries: 2, nested: [{ apiKey: 17 }] } }],
    });
    expect(message.toolCalls).toEqual([
      {
        name: "login",
        arguments: { user: "[redacted]", tries: 2, nested: [{ apiKey: "[redacted]" }] },
      },
    ]);
  });

  test("search looks at text, attachment names and tool names, and gives the last ones", () => {
    const bus = newBus();
    for (const text of ["Report one", "report two", "other"]) bus.addInboundMessage({ ...alice, text });
    bus.addOutboundMessage({
      to: "dm:alice",
      text: "see file",
      attachments: [{ kind: "file", mimeType: "text/plain", fileName: "report.txt" }],
    });
    bus.addOutboundMessage({ to: "channel:room", text: "ran", toolCalls: [{ name: "make_report" }] });
    const found = (input: object) => bus.searchMessages(input).map(({ text }) => text);
    expect(found({ query: "REPORT" })).toEqual(["Report one", "report two", "see file", "ran"]);
    expect(found({ query: "report", limit: 2 })).toEqual(["see file", "ran"]);
    expect(found({ query: "report", conversationKind: "channel" })).toEqual(["ran"]);
    expect(found({ conversationId: "alice", limit: 1 })).toEqual(["see file"]);
  });
});

describe("poll", () => {
  test("the cursor goes on after a reset, and a client that polls on sees only what is new", () => {
    const bus = newBus();
    bus.addInboundMessage({ ...alice, text: "old" });
    const { cursor } = bus.poll({ cursor: 0 });
    bus.reset();
    expect(bus.getSnapshot()).toEqual({
      cursor: 1,
      conversations: [],
      threads: [],
      messages: [],
      events: [],
    });
    bus.addInboundMessage({ ...alice, text: "new" });
    const { events } = bus.poll({ cursor });
    expect(events).toMatchObject([{ cursor: 2, message: { text: "new" } }]);
  });

  test("a cursor from the future starts again from the beginning", () => {
    const bus = newBus();
    bus.addInboundMessage({ ...alice, text: "hi" });
    expect(bus.poll({ cursor: 99 })).toMatchObject({ cursor: 1, events: [{ cursor: 1 }] });
  });

  test("without a cursor the poll goes on after what was acknowledged", () => {
    const bus = newBus();
    bus.addInboundMessage({ ...alice, text: "one" });
    bus.addInboundMessage({ ...alice, text: "two" });
    bus.poll({ cursor: 2, acknowledgedCursor: 1 });
    expect(bus.poll({}).events).toMatchObject([{ message: { text: "two" } }]);
    expect(() => bus.poll({ cursor: 1, acknowledgedCursor: 2 })).toThrow(
      "acknowledgedCursor 2 is past cursor 1",
    );
  });

  test("every event of the account arrives once and in order, whatever the limits and restarts", () => {
    const step = fc.oneof(
      fc.record({ add: fc.constantFrom("default", "other") }),
      fc.record({ limit: fc.integer({ min: 1, max: 5 }), acknowledge: fc.boolean(), restart: fc.boolean() }),
    );
    fc.assert(
      fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
        const bus = newBus();
        const added: number[] = [];
        const seen: number[] = [];
        let cursor: number | undefined = 0;
        let acknowledged = 0;
        const poll = (limit: number) => {
          const result: { cursor: number; events: BusEvent[] } = bus.poll({
            cursor,
            limit,
            ...(cursor === undefined ? {} : { acknowledgedCursor: acknowledged }),
          });
          cursor = result.cursor;
          seen.push(...result.events.map((event) => event.cursor));
        };
        for (const next of steps) {
          if ("add" in next) {
            bus.addInboundMessage({ ...alice, text: "x", accountId: next.add });
            if (next.add === "default") added.push(bus.getSnapshot().cursor);
            continue;
          }
          poll(next.limit);
          if (next.acknowledge) acknowledged = cursor ?? 0;
          if (next.restart) {
            // What was acknowledged before the restart is known to the bus with the next poll only.
            bus.poll({ cursor, acknowledgedCursor: acknowledged, limit: 1 });
            seen.splice(0, seen.length, ...seen.filter((event) => event <= acknowledged));
            cursor = undefined;
          }
        }
        for (let before = -1; before !== seen.length; ) {
          before = seen.length;
          poll(5);
        }
        expect(seen).toEqual(added);
      }),
    );
  });
});

describe("waitFor", () => {
  test("finds what is there and what comes", async () => {
    const bus = newBus();
    bus.addInboundMessage({ ...alice, text: "marker in" });
    await expect(bus.waitFor({ kind: "message-text", textIncludes: "marker" })).resolves.toMatchObject({
      text: "marker in",
    });
    const outbound = bus.waitFor({ kind: "message-text", textIncludes: "marker", direction: "outbound" });
    const created = bus.waitFor({ kind: "event-kind", eventKind: "thread-created" });
    const thread = bus.createThread({ conversationId: "room", title: "Topic" });
    bus.addOutboundMessage({ to: "dm:alice", text: "marker out" });
    await expect(outbound).resolves.toMatchObject({ text: "marker out" });
    await expect(created).resolves.toMatchObject({ thread: { id: thread.id } });
    await expect(bus.waitFor({ kind: "thread-id", threadId: thread.id })).resolves.toEqual(thread);
    expect(bus.getSnapshot().conversations).toContainEqual({ id: "room", kind: "channel" });
  });

  test("says what it waited for", async () => {
    const wait = newBus().waitFor({ kind: "message-text", textIncludes: "never", timeoutMs: 5 });
    await expect(wait).rejects.toThrow('timed out after 5ms waiting for a message with "never"');
  });
});
