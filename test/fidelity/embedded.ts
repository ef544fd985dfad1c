import { parseGatewayTarget } from "../../runner/base/target.ts";
import { Teardown } from "../../runner/base/teardown.ts";
import type { GatewayUnderTest } from "../../runner/gateway/gateway.ts";
import { resolveGatewayKind } from "../../runner/gateway/kinds.ts";
import { Testbed } from "../../runner/run/testbed/testbed.ts";

const TEARDOWN_MS = 15_000;
const teardown = new Teardown();
let started: Promise<GatewayUnderTest> | undefined;

/** One embedded gateway with a channel and the scripted model, for all areas of this process. */
export function embeddedGateway(): Promise<GatewayUnderTest> {
  started ??= start();
  return started;
}

/** Ends the gateway, if there is one. */
export async function endEmbeddedGateway(): Promise<void> {
  await teardown.run(TEARDOWN_MS);
}

async function start(): Promise<GatewayUnderTest> {
  const { signal } = new AbortController();
  const kind = await resolveGatewayKind(parseGatewayTarget("embedded"), {
    env: process.env,
    teardown,
  });
  await kind.prepare(signal);
  const testbed = new Testbed({ gateway: kind, signal });
  teardown.defer("testbed", () => testbed.close());
  return (await testbed.ready).gateway;
}

/** The payload of `hello-ok`, as a client gets it that connects as an operator. */
export async function helloOk({ wsUrl, token }: GatewayUnderTest): Promise<Record<string, unknown>> {
  const socket = new WebSocket(wsUrl);
  const { promise, resolve, reject } = Promise.withResolvers<Record<string, unknown>>();
  socket.onerror = () => reject(new Error(`no connection to ${wsUrl}`));
  socket.onmessage = ({ data }) => {
    const frame = JSON.parse(String(data));
    if (frame.event === "connect.challenge") socket.send(JSON.stringify(connectFrame(token)));
    else if (frame.type === "res")
      frame.ok ? resolve(frame.payload) : reject(new Error(frame.error?.message));
  };
  return promise.finally(() => socket.close());
}

function connectFrame(token: string) {
  const client = { id: "gateway-client", version: "0", platform: "linux", mode: "backend" };
  const scopes = ["operator.admin"];
  const params = { minProtocol: 3, maxProtocol: 4, client, role: "operator", scopes, auth: { token } };
  return { type: "req", id: "connect", method: "connect", params };
}
