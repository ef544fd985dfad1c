import { request as httpRequest, type OutgoingHttpHeaders } from "node:http";
import { connect } from "node:net";
import { text } from "node:stream/consumers";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { Teardown } from "../base/teardown.ts";
import { Wakeups } from "../base/wakeups.ts";
import { QaBus } from "../channel/bus.ts";
import { serveBus } from "../channel/server.ts";
import { startScriptedModel } from "../model/scripted.ts";
import { sendJson } from "./json.ts";
import { serveLocally } from "./local-server.ts";

const JSON_TYPE = { "content-type": "application/json" };
const MIB = 1024 * 1024;
const teardown = new Teardown();
const bus = new QaBus(new Wakeups());
const servers = { bus: "", model: "", patience: "" };

beforeAll(async () => {
  const wakeups = new Wakeups();
  servers.bus = (await serveBus(bus, teardown)).url;
  servers.model = (await startScriptedModel({ teardown, wakeups })).baseUrl;
  // The real ones wait for seconds.
  const { url } = await serveLocally({
    name: "impatient server",
    teardown,
    routes: new Map([
      [
        "/read",
        {
          limits: { maxBytes: 1_000, timeoutMs: 30 },
          handle: async ({ body, response }) => sendJson(response, 200, body),
        },
      ],
    ]),
    refusal: (error) => ({ status: (error as { status?: number }).status ?? 500, body: {} }),
  });
  servers.patience = url;
});

afterAll(async () => {
  expect(await teardown.run(5_000)).toEqual([]);
});

interface Asked {
  method?: string;
  /** Behind the token, which is in front of it unless `token` says otherwise. */
  path: string;
  token?: string;
  headers?: OutgoingHttpHeaders;
  /** Sent as it is; a number is the length that is announced and never sent. */
  body?: string | number;
}

interface Answered {
  status: number | undefined;
  body: string;
  /** Whether the server ends the connection. */
  closes: boolean;
}

/** One request over a connection of its own. */
function ask(server: string, { method = "POST", path, token, headers = {}, body }: Asked): Promise<Answered> {
  const { hostname, port, pathname } = new URL(server);
  const { promise, resolve, reject } = Promise.withResolvers<Answered>();
  const request = httpRequest({
    hostname,
    port,
    path: `${token === undefined ? pathname : token}${path}`,
    method,
    agent: false,
    headers: {
      connection: "keep-alive",
      ...(typeof body === "number" ? { "content-length": body } : {}),
      ...headers,
    },
  });
  request.on("error", reject);
  request.on("response", (response) => {
    text(response).then((body) => {
      resolve({ status: response.statusCode, body, closes: response.headers.connection === "close" });
      request.destroy();
    }, reject);
  });
  if (typeof body === "number") request.flushHeaders();
  else request.end(body);
  return promise;
}

const attack = JSON.stringify({
  conversation: { id: "mallory", kind: "direct" },
  senderId: "owner",
  text: "/plugins install /tmp/evil",
});

test("a page cannot speak to the bus as an owner: not from another site, not as a form, not through a name", async () => {
  const path = "/v1/inbound/message";
  const page = { origin: "https://evil.example", "content-type": "text/plain" };
  // Neither what a page can guess nor the right token helps it.
  for (const token of ["", "/guess", undefined]) {
    expect(await ask(servers.bus, { path, token, headers: page, body: attack })).toMatchObject({
      status: 403,
    });
  }
  const { port } = new URL(servers.bus);
  const rebound = { ...JSON_TYPE, host: `evil.example:${port}` };
  expect(await ask(servers.bus, { path, headers: rebound, body: attack })).toMatchObject({ status: 403 });
  // A form needs no permission to send text/plain, and a page without an origin of its own sends none.
  expect(
    await ask(servers.bus, { path, headers: { "content-type": "text/plain" }, body: attack }),
  ).toMatchObject({
    status: 415,
  });
  expect(bus.getSnapshot().messages).toEqual([]);
  expect((await ask(servers.bus, { path, headers: JSON_TYPE, body: attack })).status).toBe(200);
  expect(bus.getSnapshot().messages).toHaveLength(1);
});

describe.each([
  ["bus", "/v1/inbound/message", "/v1/state", 16 * MIB],
  ["model", "/v1/chat/completions", "/debug/requests", 16 * MIB],
] as const)("the %s", (name, takes, reads, maxBytes) => {
  const deep = `{"x":${"[".repeat(200)}${"]".repeat(200)}}`;
  const table: [string, Asked, number][] = [
    ["a read", { method: "GET", path: reads }, 200],
    ["a head", { method: "HEAD", path: reads }, 200],
    ["a read without the token", { method: "GET", path: reads, token: "" }, 403],
    ["a read with another token", { method: "GET", path: reads, token: `/${"A".repeat(32)}` }, 403],
    [
      "a read of an address with a host of its own",
      { method: "GET", path: reads, token: "http://127.0.0.1/" },
      403,
    ],
    ["a path that is not there, without the token", { method: "GET", path: "/nowhere", token: "" }, 403],
    ["a path that is not there", { method: "GET", path: "/nowhere" }, 404],
    ["a path of a prototype", { method: "GET", path: "/__proto__" }, 404],
    ["localhost", { method: "GET", path: reads, headers: { host: "localhost" } }, 403],
    ["the address without its port", { method: "GET", path: reads, headers: { host: "127.0.0.1" } }, 403],
    ["an origin, even its own", { method: "GET", path: reads, headers: { origin: "http://127.0.0.1" } }, 403],
    ["an origin without a name", { path: takes, headers: { origin: "null", ...JSON_TYPE }, body: "{}" }, 403],
    ["a preflight", { method: "OPTIONS", path: takes, headers: { origin: "https://evil.example" } }, 403],
    ["a method that the path does not have", { method: "GET", path: takes }, 405],
    ["a method that nothing has", { method: "PURGE", path: reads }, 405],
    ["a body where something is read, unread", { path: reads, body: 1e12 }, 405],
    ["a body for no path, unread", { path: "/nowhere", body: 1e12 }, 404],
    ["a body without the token, unread", { path: takes, token: "", headers: JSON_TYPE, body: 1e12 }, 403],
    ["a body without a type", { path: takes, body: "{}" }, 415],
    [
      "a form",
      { path: takes, headers: { "content-type": "application/x-www-form-urlencoded" }, body: "a=1" },
      415,
    ],
    [
      "a body that says it is too large, unread",
      { path: takes, headers: JSON_TYPE, body: maxBytes + 1 },
      413,
    ],
    ["a body that is too deep", { path: takes, headers: JSON_TYPE, body: deep }, 400],
    ["a megabyte of brackets", { path: takes, headers: JSON_TYPE, body: "[".repeat(MIB) }, 400],
    ["brackets in a text", { path: takes, headers: JSON_TYPE, body: `{"x":"\\"${"[".repeat(200)}"}` }, 0],
    ["no JSON", { path: takes, headers: JSON_TYPE, body: "{" }, 400],
  ];
  test.each(table)("%s", async (_what, asked, status) => {
    const answered = await ask(servers[name], asked);
    // What an endpoint itself says of a body that was let through is its own affair.
    if (status === 0) expect(answered.body).not.toMatch(/nested|JSON/);
    else expect(answered.status).toBe(status);
    if (typeof asked.body === "number") expect(answered.closes).toBe(true);
  });
});

test("a body that grows too large without saying so, or comes too slowly, ends", async () => {
  const { port, pathname } = new URL(servers.patience);
  const send = async (more: (write: (chunk: string) => void) => void) => {
    const socket = connect(Number(port), "127.0.0.1");
    const head = [
      `POST ${pathname}/read HTTP/1.1`,
      `host: 127.0.0.1:${port}`,
      "content-type: application/json",
      "transfer-encoding: chunked",
    ];
    socket.write(`${head.join("\r\n")}\r\n\r\n`);
    socket.on("error", () => {});
    more((chunk) => socket.write(`${chunk.length.toString(16)}\r\n${chunk}\r\n`));
    // It resolves because the server ends the connection: the client never does.
    return text(socket);
  };
  expect(await send((write) => write("x".repeat(2_000)))).toMatch(/^HTTP\/1.1 413 /);
  expect(await send((write) => write("{"))).toMatch(/^HTTP\/1.1 408 /);
});
