import { expect, test } from "vitest";
import { agentSessionKey } from "../channel/session-key.ts";
import { agentRoute, splitModelRef } from "./routing.ts";

const direct = { kind: "direct", id: "Alice" } as const;
const room = { kind: "channel", id: "Harbor" } as const;

test("direct chats share the main session unless a scope separates them", () => {
  const parts = { agentId: "qa", channel: "qa-channel", peer: direct };
  expect(agentSessionKey(parts)).toBe("agent:qa:main");
  expect(agentSessionKey({ ...parts, dmScope: "per-peer" })).toBe("agent:qa:direct:alice");
  expect(agentSessionKey({ ...parts, dmScope: "per-channel-peer" })).toBe("agent:qa:qa-channel:direct:alice");
  expect(agentSessionKey({ ...parts, dmScope: "per-account-channel-peer", accountId: "b" })).toBe(
    "agent:qa:qa-channel:b:direct:alice",
  );
});

test("a room and its threads have sessions of their own", () => {
  const parts = { agentId: "qa", channel: "qa-channel", peer: room };
  expect(agentSessionKey(parts)).toBe("agent:qa:qa-channel:channel:harbor");
  expect(agentSessionKey({ ...parts, threadId: "T1" })).toBe("agent:qa:qa-channel:channel:harbor:thread:t1");
  expect(agentSessionKey({ agentId: "qa", channel: "qa-channel", peer: null })).toBe("agent:qa:main");
});

test("the most specific binding decides who answers, and else the default agent", () => {
  const cfg = {
    agents: { list: [{ id: "first" }, { id: "qa", default: true }] },
    session: { dmScope: "per-peer" },
    bindings: [
      { agentId: "everywhere", match: { channel: "qa-channel", accountId: "*" } },
      { agentId: "account", match: { channel: "qa-channel" } },
      { agentId: "peer", match: { channel: "qa-channel", peer: direct } },
      { agentId: "elsewhere", match: { channel: "telegram" } },
    ],
  };
  const at = (request: object) => agentRoute({ cfg, channel: "qa-channel", ...request });
  expect(at({ peer: direct })).toMatchObject({
    agentId: "peer",
    matchedBy: "binding.peer",
    sessionKey: "agent:peer:direct:alice",
    mainSessionKey: "agent:peer:main",
  });
  expect(at({ peer: room })).toMatchObject({ agentId: "account", matchedBy: "binding.account" });
  expect(at({ peer: room, parentPeer: direct }).matchedBy).toBe("binding.peer.parent");
  expect(at({ accountId: "second" })).toMatchObject({ agentId: "everywhere", matchedBy: "binding.channel" });
  expect(at({ channel: "discord" })).toMatchObject({ agentId: "qa", matchedBy: "default" });
});

test("a model's name has a provider and a model, which may hold slashes", () => {
  expect(splitModelRef(" openrouter/meta/llama ")).toEqual({ provider: "openrouter", model: "meta/llama" });
  for (const wrong of ["", "gpt-5", "/gpt-5", "openai/", "openai/ "]) expect(splitModelRef(wrong)).toBeNull();
});
