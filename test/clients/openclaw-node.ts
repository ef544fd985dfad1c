import assert from "node:assert/strict";
import { existsSync } from "node:fs";
import { mkdir, rename, rm } from "node:fs/promises";
import { dirname, join } from "node:path";
import { pathToFileURL } from "node:url";
import type { GatewayUnderTest } from "../../runner/gateway/gateway.ts";
import { runNpm } from "../../runner/gateway/npm/npm.ts";
import { cacheFolder } from "../../runner/gateway/openclaw/cache.ts";

/** A client from the registry that knows nothing of this project. */
export const OPENCLAW_NODE = "openclaw-node@0.14.0";

const INSTALL_LIMIT_MS = 120_000;

/** As much of its client as is used here. */
interface Client {
  connect(): Promise<{ type?: string }>;
  disconnect(): Promise<void>;
  chat(message: string, options: object): AsyncIterable<{ type: string; text?: string }>;
  chatSync(message: string, options: object): Promise<string>;
  agentWait(runId: string, options: object): Promise<{ status?: string }>;
  health(): Promise<{ ok?: boolean }>;
  request(method: string, params: object): Promise<{ ok?: boolean }>;
  sessions: {
    list(): Promise<{ sessions?: { key: string }[] }>;
    history(key: string): Promise<{ messages?: object[] }>;
    describe(key: string): Promise<{ session?: { key?: string } }>;
    subscribeMessages(
      key: string,
      handler: (event: { event?: string }) => void,
    ): Promise<{ unsubscribe(): Promise<void> }>;
    reset(key: string): Promise<{ ok?: boolean }>;
    compact(key: string): Promise<{ ok?: boolean }>;
  };
  agents: { list(): Promise<{ defaultId?: string }> };
  config: { get(): Promise<object> };
  channels: { status(): Promise<{ channelOrder?: string[] }> };
}

/** Installs the client where releases are installed too. @returns its folder, or why it cannot be had */
export async function installOpenclawNode(): Promise<{ folder: string } | { obstacle: string }> {
  const folder = join(dirname(cacheFolder(process.env)), "clients", OPENCLAW_NODE);
  if (existsSync(folder)) return { folder };
  const staging = `${folder}.staging-${process.pid}`;
  await mkdir(staging, { recursive: true });
  const { ok, output } = await runNpm(["install", "--prefix", staging, OPENCLAW_NODE], {
    cwd: staging,
    env: process.env,
    signal: new AbortController().signal,
    timeoutMs: INSTALL_LIMIT_MS,
  });
  if (ok) await rename(staging, folder).catch(() => {});
  await rm(staging, { recursive: true, force: true });
  return existsSync(folder) ? { folder } : { obstacle: `${OPENCLAW_NODE} cannot be installed: ${output}` };
}

/** A client in front of the gateway, not yet connected. */
export async function openclawNode(folder: string, gateway: GatewayUnderTest): Promise<Client> {
  const file = join(folder, "node_modules/openclaw-node/dist/index.mjs");
  const { OpenClawClient } = (await import(pathToFileURL(file).href)) as {
    OpenClawClient: new (options: object) => Client;
  };
  return new OpenClawClient({
    url: gateway.wsUrl,
    token: gateway.token,
    // As in releases, a session is reset by an administrator only.
    scopes: ["operator.read", "operator.write", "operator.admin"],
    deviceIdentityPath: join(gateway.tempRoot, "openclaw-node.json"),
    autoReconnect: false,
  });
}

const KEY = "agent:qa:of-openclaw-node";
const LIMIT_MS = 60_000;

/** What its users do with it, in this order. Each throws when it does not come out as with a release. */
export const STEPS: Readonly<Record<string, (client: Client) => Promise<void>>> = {
  connect: async (client) => {
    await client.connect();
  },
  health: async (client) => assert.equal((await client.health()).ok, true),
  chatSync: async (client) => {
    const answer = await withinLimit(client.chatSync("Reply exactly: at once", { sessionKey: KEY }));
    assert.equal(answer, "at once");
  },
  chat: async (client) => {
    const types: string[] = [];
    let text = "";
    const read = async () => {
      for await (const chunk of client.chat("Reply exactly: in pieces", { sessionKey: KEY })) {
        types.push(chunk.type);
        if (chunk.type === "text") text += chunk.text;
      }
    };
    await withinLimit(read());
    assert.equal(text, "in pieces");
    assert.equal(types.at(-1), "done");
  },
  "sessions.list": async (client) => {
    const { sessions = [] } = await client.sessions.list();
    assert.ok(sessions.some(({ key }) => key === KEY));
  },
  "sessions.history": async (client) => {
    const { messages = [] } = await client.sessions.history(KEY);
    assert.equal(messages.length, 4);
  },
  "sessions.describe": async (client) => {
    assert.equal((await client.sessions.describe(KEY)).session?.key, KEY);
  },
  "sessions.subscribeMessages": async (client) => {
    const told = Promise.withResolvers<void>();
    const { unsubscribe } = await client.sessions.subscribeMessages(KEY, ({ event }) => {
      if (event === "session.message") told.resolve();
    });
    await withinLimit(client.chatSync("Reply exactly: heard", { sessionKey: KEY }));
    await withinLimit(told.promise);
    await unsubscribe();
  },
  "agents.list": async (client) => assert.equal((await client.agents.list()).defaultId, "qa"),
  "config.get": async (client) => {
    assert.ok(Object.keys(await client.config.get()).length > 0);
  },
  "channels.status": async (client) => {
    assert.deepEqual((await client.channels.status()).channelOrder, ["qa-channel"]);
  },
  "sessions.compact": async (client) => assert.equal((await client.sessions.compact(KEY)).ok, true),
  "sessions.reset": async (client) => assert.equal((await client.sessions.reset(KEY)).ok, true),
  disconnect: (client) => client.disconnect(),
};

async function withinLimit<T>(promise: Promise<T>): Promise<T> {
  const { promise: late, reject } = Promise.withResolvers<never>();
  const timer = setTimeout(() => reject(new Error("it hangs")), LIMIT_MS);
  return await Promise.race([promise, late]).finally(() => clearTimeout(timer));
}
