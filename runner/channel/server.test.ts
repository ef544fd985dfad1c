import { request as httpRequest } from "node:http";
import { connect } from "node:net";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { Teardown } from "../base/teardown.ts";
import { Wakeups } from "../base/wakeups.ts";
import { QaBus } from "./bus.ts";
import { serveBus } from "./server.ts";
import type { BusMessage, BusThread } from "./types.ts";

let bus: QaBus;
let url: string;
let teardown: Teardown;

beforeEach(async () => {
  teardown = new Teardown();
  bus = new QaBus(new Wakeups());
  ({ url } = await serveBus(bus, teardown));
});

afterEach(async () => {
  expect(await teardown.run(5_000)).toEqual([]);
});

/** Everything an endpoint may answer; each has its own members. */
interface Answer {
  message: BusMessage;
  thread: BusThread;
  messages: BusMessage[];
  match: unknown;
}

async function post(path: string, body: unknown, signal?: AbortSignal) {
  const response = await fetch(url + path, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: typeof body === "string" ? body : JSON.stringify(body),
    signal,
  });
  return { status: response.status, body: (await response.json()) as Answer };
}

const inbound = { conversation: { id: "alice", kind: "direct" as const }, senderId: "alice", text: "hi" };

describe("endpoints", () => {
  test("health, readiness and state", async () => {
    bus.addInboundMessage(inbound);
    expect(await (await fetch(`${url}/health`)).json()).toEqual({ ok: true });
    expect((await fetch(`${url}/readyz`, { method: "HEAD" })).status).toBe(200);
    expect(await (await fetch(`${url}/v1/state`)).json()).toEqual(bus.getSnapshot());
  });

  test("messages, threads and actions", async () => {
    const { body: sent } = await post("/v1/inbound/message", inbound);
    const messageId = sent.message.id;
    const { body: reply } = await post("/v1/outbound/message", {
      to: "dm:alice",
      text: "hello",
      replyToId: messageId,
    });
    expect(reply.message).toMatchObject({ text: "hello", replyToId: messageId });
    expect((await post("/v1/actions/react", { messageId, emoji: "🎉" })).body.message.reactions).toHaveLength(
      1,
    );
    expect((await post("/v1/actions/edit", { messageId, text: "hey" })).body.message.text).toBe("hey");
    expect((await post("/v1/actions/delete", { messageId })).body.message.deleted).toBe(true);
    expect((await post("/v1/actions/read", { messageId })).body.message.text).toBe("hey");
    expect((await post("/v1/actions/search", { query: "hello" })).body.messages).toHaveLength(1);
    const { body: created } = await post("/v1/actions/thread-create", {
      conversationId: "room",
      title: "Topic",
    });
    expect(created.thread).toMatchObject({ conversationId: "room", createdBy: "openclaw" });
    const wait = { kind: "thread-id", threadId: created.thread.id };
    expect((await post("/v1/wait", wait)).body.match).toEqual(created.thread);
    expect((await post("/v1/reset", "")).body).toMatchObject({ messages: [], events: [] });
  });

  test.each([
    ["GET", "/v1/poll", 405, "method not allowed"],
    ["POST", "/health", 405, "method not allowed"],
    ["DELETE", "/v1/state", 405, "method not allowed"],
    ["GET", "/nowhere", 404, "unknown path /nowhere"],
    ["POST", "/v1/nowhere", 404, "unknown path /v1/nowhere"],
  ])("%s %s is %d", async (method, path, status, error) => {
    const response = await fetch(url + path, { method });
    expect(response.status).toBe(status);
    expect(await response.json()).toEqual({ error });
  });

  test.each([
    ["/v1/poll", "{", "Malformed JSON body"],
    ["/v1/poll", "[]", "invalid request: body must be object"],
    ["/v1/poll", { cursor: -1 }, "invalid request: body.cursor must be >= 0"],
    ["/v1/poll", { limit: 501 }, "invalid request: body.limit must be <= 500"],
    ["/v1/poll", { timeoutMs: 30_001 }, "invalid request: body.timeoutMs must be <= 30000"],
    ["/v1/poll", { cursor: 1, acknowledgedCursor: 2 }, "acknowledgedCursor 2 is past cursor 1"],
    ["/v1/outbound/message", { to: "dm:", text: "x" }, 'invalid target "dm:": nothing stands behind "dm:"'],
    ["/v1/outbound/message", { text: "x" }, "invalid request: body must have required property 'to'"],
    ["/v1/actions/read", { messageId: "nope" }, "qa-bus message not found: nope"],
    ["/v1/wait", { kind: "thread-id" }, "invalid request: body must have required property 'threadId'"],
    [
      "/v1/wait",
      { kind: "thread-id", threadId: "t", timeoutMs: 5 },
      "timed out after 5ms waiting for the thread t",
    ],
  ])("%s refuses %j", async (path, body, error) => {
    expect(await post(path, body)).toEqual({ status: 400, body: { error } });
  });

  test("bodies have a size limit, and the server survives what breaks it", async () => {
    const big = JSON.stringify({ query: "x".repeat(1024 * 1024) });
    expect((await post("/v1/actions/search", big)).status).toBe(413);
    expect(
      (await post("/v1/inbound/message", { ...inbound, text: "x".repeat(2 * 1024 * 1024) })).status,
    ).toBe(200);
    const socket = connect(Number(new URL(url).port), "127.0.0.1");
    socket.end("not http at all\r\n\r\n");
    socket.resume();
    await new Promise((resolve) => socket.once("close", resolve));
    expect((await fetch(`${url}/health`)).status).toBe(200);
  });

  test("a body that breaks off is forgotten", async () => {
    const request = httpRequest(`${url}/v1/inbound/message`, {
      method: "POST",
      headers: { "content-length": 99, "content-type": "application/json" },
    });
    request.on("error", () => {});
    request.write("{");
    await new Promise((resolve) => request.once("socket", (socket) => socket.once("connect", resolve)));
    request.destroy();
    expect((await fetch(`${url}/health`)).status).toBe(200);
    expect(bus.getSnapshot().messages).toEqual([]);
  });

  test("prototype keys stay data", async () => {
    await post(
      "/v1/inbound/message",
      '{"__proto__":{"polluted":1},"conversation":{"id":"__proto__","kind":"direct"},"senderId":"a","text":"x"}',
    );
    expect(Object.hasOwn(Object.prototype, "polluted")).toBe(false);
    expect(bus.getSnapshot().conversations).toEqual([{ id: "__proto__", kind: "direct" }]);
  });
});

describe("long poll", () => {
  test("a poll with nothing new is held until an event for its account", async () => {
    bus.addInboundMessage(inbound);
    const poll = post("/v1/poll", { cursor: 1, timeoutMs: 30_000 });
    const order: string[] = [];
    void poll.then(() => order.push("poll"));
    // Old events and other accounts' events must not end it: the round trips in between prove that it is held.
    await fetch(`${url}/health`);
    bus.addInboundMessage({ ...inbound, accountId: "other" });
    await fetch(`${url}/health`);
    order.push("event");
    bus.addInboundMessage({ ...inbound, text: "new" });
    const { body } = await poll;
    expect(order).toEqual(["event", "poll"]);
    expect(body).toMatchObject({ cursor: 3, events: [{ cursor: 3, message: { text: "new" } }] });
  });

  test("a held poll ends empty at its timeout", async () => {
    expect((await post("/v1/poll", { cursor: 0, timeoutMs: 5 })).body).toEqual({ cursor: 0, events: [] });
    expect((await post("/v1/poll", { cursor: 7, acknowledgedCursor: 7, timeoutMs: 5 })).body).toEqual({
      cursor: 0,
      events: [],
    });
  });

  test("clients that leave and a server that closes end held polls", async () => {
    const controller = new AbortController();
    const left = post("/v1/poll", { timeoutMs: 30_000 }, controller.signal);
    const held = post("/v1/poll", { timeoutMs: 30_000 });
    await fetch(`${url}/health`);
    controller.abort();
    await expect(left).rejects.toThrow();
    const cut = expect(held).rejects.toThrow();
    expect(await teardown.run(5_000)).toEqual([]);
    await cut;
  });
});

describe("faults", () => {
  test("a dropped answer still records the message", async () => {
    bus.faults.dropOutboundResponseAfterAccept();
    await expect(post("/v1/outbound/message", { to: "dm:a", text: "once" })).rejects.toThrow();
    expect(bus.outboundMessages().map(({ text }) => text)).toEqual(["once"]);
    expect((await post("/v1/outbound/message", { to: "dm:a", text: "twice" })).status).toBe(200);
  });

  test("failNext refuses the given number of requests and records nothing", async () => {
    bus.faults.failNext(2, 503);
    const send = () => post("/v1/outbound/message", { to: "dm:a", text: "x" });
    expect([(await send()).status, (await send()).status, (await send()).status]).toEqual([503, 503, 200]);
    expect(bus.outboundMessages()).toHaveLength(1);
  });
});
