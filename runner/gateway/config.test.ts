import { expect, test } from "vitest";
import type { JsonObject } from "../base/json.ts";
import { gatewayConfig, keepPlugins } from "./config.ts";
import { type Surroundings, upstreamSurroundings } from "./surroundings.ts";

const configWith = (...patches: JsonObject[]): JsonObject => configIn(undefined, ...patches);

const configIn = (surroundings: Surroundings | undefined, ...patches: JsonObject[]): JsonObject =>
  gatewayConfig({
    surroundings,
    tempRoot: { workspaceDir: "/r/workspace", logPath: "/r/gateway.log" },
    port: 4711,
    token: "secret",
    modelUrl: "http://127.0.0.1:1/v1",
    busUrl: "http://127.0.0.1:2",
    patches,
  });

test("the agent, its model and the channel are wired to this run", () => {
  expect(configWith()).toMatchObject({
    gateway: { port: 4711, bind: "loopback", auth: { token: "secret" } },
    logging: { file: "/r/gateway.log" },
    agents: { list: [{ id: "qa", default: true, workspace: "/r/workspace" }] },
    models: {
      providers: { mock: { baseUrl: "http://127.0.0.1:1/v1", models: [{ id: "mock-1" }, { id: "mock-2" }] } },
    },
    channels: { "qa-channel": { enabled: true, baseUrl: "http://127.0.0.1:2", allowFrom: ["*"] } },
  });
});

test("patches merge in order and name the channel account by what it is called here", () => {
  const config = configWith(
    {
      messages: { ackReactionScope: null },
      channels: { "qa-channel": { accounts: { $selectedAccount: { a: 1 } } } },
    },
    { messages: { groupChat: { mentionPatterns: [] } } },
  );
  expect(config.messages).toEqual({ groupChat: { mentionPatterns: [] } });
  expect(config).toMatchObject({
    channels: { "qa-channel": { enabled: true, accounts: { default: { a: 1 } } } },
  });
});

test("lists of plugins that a patch has replaced get back what the run itself needs, once", () => {
  const own = { "qa-channel": "/r/channel" };
  const kept = keepPlugins({ plugins: { load: { paths: ["/mine"] }, allow: ["mine"] } }, own);
  expect(kept).toEqual({
    plugins: { load: { paths: ["/r/channel", "/mine"] }, allow: ["mine", "qa-channel"] },
  });
  expect(keepPlugins(kept, own)).toBe(kept);
  expect(keepPlugins({ plugins: {} }, {})).toEqual({ plugins: {} });
});

test("a patch cannot reach into a prototype", () => {
  configWith(
    JSON.parse('{"__proto__":{"polluted":1},"agents":{"constructor":{"prototype":{"polluted":1}}}}'),
  );
  expect(({} as JsonObject).polluted).toBeUndefined();
});

test("a pack for upstream's runner finds the models by the names that its files give them", () => {
  const surroundings = upstreamSurroundings("the answer is by 'gpt-5.4-alt'");
  expect(configIn(surroundings, { tools: { deny: ["exec"] } })).toMatchObject({
    agents: {
      defaults: {
        model: { primary: "mock-openai/gpt-5.4" },
        subagents: { allowAgents: ["*"], maxConcurrent: 8 },
        models: { "mock-openai/gpt-5.4": {}, "mock-openai/gpt-5.4-alt": {} },
      },
    },
    models: {
      providers: {
        "mock-openai": {
          models: [
            { id: "gpt-5.4", input: ["text", "image"] },
            { id: "gpt-5.4-alt", input: ["text", "image"] },
          ],
        },
      },
    },
    tools: { profile: "coding", deny: ["exec"] },
  });
  expect(upstreamSurroundings("no name").models.alternate).toBe("mock-openai/gpt-5.5-alt");
});

test("Anthropic's models and the Control UI are there for files that are about them", () => {
  const named = upstreamSurroundings(
    "ref: anthropic/claude-opus-4-8. call: webOpenPage, anthropic/claude-opus-4-8",
  );
  expect(configIn(named)).toMatchObject({
    gateway: { controlUi: { enabled: true } },
    models: {
      providers: {
        anthropic: {
          baseUrl: "http://127.0.0.1:1",
          api: "anthropic-messages",
          models: [{ id: "claude-opus-4-8", api: "anthropic-messages" }],
        },
      },
    },
  });
  const other = configIn(upstreamSurroundings("no name"));
  expect(other).toMatchObject({ gateway: { controlUi: { enabled: false } } });
  expect(other).not.toHaveProperty("models.providers.anthropic");
});
