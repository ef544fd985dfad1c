import { randomUUID } from "node:crypto";
import { errorMessage, QaError } from "../../base/errors.ts";
import { isJsonObject, type JsonObject, objectsOf } from "../../base/json.ts";
import { waitForOutboundMessage } from "../../channel/outbound-waits.ts";
import type { GatewayUnderTest } from "../../gateway/gateway.ts";
import { RpcError } from "../../gateway/rpc/errors.ts";
import type { Testbed } from "../../run/testbed/testbed.ts";

const TURN_MS = 120_000;
/** Names the sessions that the rehearsal talks to agents in, and its room: no part of the installation. */
const SESSION = "gateway-qa-rehearsal";

/** Whether a session is the rehearsal's own. @param key of the session */
export function isOwnSession(key: string): boolean {
  return key.includes(SESSION);
}

/** What one agent did when it was asked. */
interface AgentAnswer {
  agent: string;
  /** Why it did not answer; undefined where it did. */
  trouble?: string;
  /** Names of the tools that its request offered to the model, with the plugin that brings it; `""` for the release's own. */
  tools: Record<string, string>;
  /** Skills that its request told the model of. */
  skills: string[];
}

/** What an installation answered. */
export interface Answers {
  agents: AgentAnswer[];
  /** Why a message over the channel was not answered; undefined where it was. */
  channelTrouble?: string;
}

/** Who and what is asked. */
export interface Questions {
  agents: readonly string[];
  /** Names of skills, as `agent/skill`. */
  skills: readonly string[];
}

/**
 * Asks what an installation is there for: each agent answers, and a message over the channel is answered.
 * @throws the signal's reason
 */
export async function ask(
  testbed: Testbed,
  gateway: GatewayUnderTest,
  questions: Questions,
  signal: AbortSignal,
): Promise<Answers> {
  const agents: AgentAnswer[] = [];
  for (const agent of questions.agents)
    agents.push(await askAgent(agent, testbed, gateway, questions.skills, signal));
  const channelTrouble = await overChannel(testbed, signal);
  return { agents, ...(channelTrouble === undefined ? {} : { channelTrouble }) };
}

async function askAgent(
  agent: string,
  testbed: Testbed,
  gateway: GatewayUnderTest,
  skills: readonly string[],
  signal: AbortSignal,
): Promise<AgentAnswer> {
  const marker = `REHEARSAL-${randomUUID().slice(0, 8)}`;
  const sessionKey = `agent:${agent}:${SESSION}`;
  const answer: AgentAnswer = { agent, tools: {}, skills: [] };
  testbed.model?.reset({ rules: [{ match: { lastUser: marker }, reply: marker }] });
  try {
    const message = `Reply exactly: ${marker}`;
    const started = await gateway.call(
      "agent",
      { message, sessionKey, agentId: agent, idempotencyKey: randomUUID(), deliver: false },
      { signal, timeoutMs: TURN_MS },
    );
    const ended = await gateway.call(
      "agent.wait",
      { runId: started.runId, timeoutMs: TURN_MS },
      { signal, timeoutMs: TURN_MS + 10_000 },
    );
    if (ended.status !== "ok") answer.trouble = `its turn ended with ${String(ended.error ?? ended.status)}`;
    const request = (testbed.model?.requests ?? []).find(({ allInputText }) => allInputText.includes(marker));
    if (!request) answer.trouble ??= "its turn asked the model nothing";
    else {
      const brought = await toolsByPlugin(gateway, sessionKey, signal);
      for (const name of toolsIn(request.body)) answer.tools[name] = brought.get(name) ?? "";
      const told = `${JSON.stringify(request.body.messages ?? request.body.input ?? "")} ${String(request.body.instructions ?? "")}`;
      answer.skills = skills
        .filter((skill) => skill.startsWith(`${agent}/`))
        .map((skill) => skill.slice(agent.length + 1))
        .filter((name) => told.includes(name));
    }
    if (answer.trouble === undefined && !(await said(gateway, sessionKey, marker, signal)))
      answer.trouble = "its answer is not in its session";
  } catch (error) {
    signal.throwIfAborted();
    answer.trouble ??= errorMessage(error);
  }
  return answer;
}

async function said(
  gateway: GatewayUnderTest,
  sessionKey: string,
  marker: string,
  signal: AbortSignal,
): Promise<boolean> {
  const { messages } = await gateway.call("chat.history", { sessionKey, limit: 20 }, { signal });
  const last = Array.isArray(messages) ? messages.filter(isJsonObject) : [];
  return last.some((message) => message.role === "assistant" && JSON.stringify(message).includes(marker));
}

/** Plugins of tools, by the tools' names. */
async function toolsByPlugin(
  gateway: GatewayUnderTest,
  sessionKey: string,
  signal: AbortSignal,
): Promise<Map<string, string>> {
  const tools = new Map<string, string>();
  try {
    const { groups } = await gateway.call("tools.effective", { sessionKey }, { signal });
    for (const group of objectsOf(groups)) {
      for (const { id, pluginId } of objectsOf(group.tools)) {
        if (typeof pluginId === "string") tools.set(String(id), pluginId);
      }
    }
  } catch (error) {
    if (!(error instanceof RpcError)) throw error;
  }
  return tools;
}

function toolsIn({ tools }: JsonObject): string[] {
  return objectsOf(tools).flatMap((tool) => {
    const { name } = isJsonObject(tool.function) ? tool.function : tool;
    return typeof name === "string" ? [name] : [];
  });
}

/** @returns why it was not answered */
async function overChannel({ bus, model }: Testbed, signal: AbortSignal): Promise<string | undefined> {
  const marker = `REHEARSAL-${randomUUID().slice(0, 8)}`;
  model?.reset({ rules: [{ match: { lastUser: marker }, reply: marker }] });
  const sinceIndex = bus.outboundMessages().length;
  bus.addInboundMessage({
    // A room of its own: a direct message could go on in the main session of an agent.
    conversation: { id: SESSION, kind: "channel" },
    senderId: "gateway-qa",
    text: `@openclaw reply exactly: ${marker}`,
  });
  try {
    await waitForOutboundMessage(bus, ({ text }) => text.includes(marker), TURN_MS, {
      sinceIndex,
      signal,
      what: "the agent's reply",
    });
    return undefined;
  } catch (error) {
    signal.throwIfAborted();
    if (!(error instanceof QaError)) throw error;
    return errorMessage(error);
  }
}
