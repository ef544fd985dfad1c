import { randomUUID } from "node:crypto";
import { isJsonObject, type JsonObject } from "../base/json.ts";
import { waitForOutboundMessage } from "../channel/outbound-waits.ts";
import type { Testbed } from "../run/testbed/testbed.ts";

const TURN_MS = 120_000;
const COMMAND_MS = 60_000;
/** Of which the median counts. */
const TIMED_TURNS = 3;

/** Who talks to the agent: the gateway's owner. */
export const OWNER = "alice";

/** A tool as a request offers it to the model. */
export interface OfferedTool {
  name: string;
  parameters: unknown;
}

/** What a turn led to. */
export interface Turn {
  ms: number;
  /** Of the turn's first request. */
  tools: OfferedTool[];
  /** Result of the tool call as the model got it; undefined where it got none. */
  result: string | undefined;
}

/** A call that the model makes. */
export interface ToolCall {
  name: string;
  arguments: JsonObject;
}

/** The owner's chats with the agent of a testbed. */
export class Turns {
  readonly #testbed: Testbed;
  readonly #signal: AbortSignal;

  constructor(testbed: Testbed, signal: AbortSignal) {
    this.#testbed = testbed;
    this.#signal = signal;
  }

  /**
   * One turn, in which the model makes the call, if one is given, and then answers.
   * @throws QaError `wait-timeout`
   */
  async turn(call?: ToolCall): Promise<Turn> {
    const { model, bus } = this.#testbed;
    const marker = `COMPAT-${randomUUID().slice(0, 8)}`;
    model?.reset({
      rules: [
        ...(call ? [{ match: { lastUser: marker, tool: call.name }, toolCalls: [call], times: 1 }] : []),
        { match: { lastUser: marker }, reply: marker },
      ],
    });
    const startedAt = performance.now();
    const sinceIndex = bus.outboundMessages().length;
    this.#say(marker);
    await waitForOutboundMessage(bus, ({ text }) => text.includes(marker), TURN_MS, {
      sinceIndex,
      signal: this.#signal,
      what: "the agent's reply",
    });
    const ms = performance.now() - startedAt;
    const own = (model?.requests ?? []).filter(({ allInputText }) => allInputText.includes(marker));
    return {
      ms,
      tools: toolsOf(own[0]?.body),
      result: own.find(({ toolOutput }) => toolOutput !== "")?.toolOutput,
    };
  }

  /** Milliseconds of a turn: the median of several, after one that does not count. */
  async timed(): Promise<number> {
    await this.turn();
    const times: number[] = [];
    for (let n = 0; n < TIMED_TURNS; n++) times.push((await this.turn()).ms);
    times.sort((one, other) => one - other);
    return Math.round(times[TIMED_TURNS >> 1] ?? 0);
  }

  /**
   * Sends a command of the chat. @returns what is answered, and whether the model was asked
   * @throws QaError `wait-timeout`
   */
  async command(name: string): Promise<{ text: string; asked: boolean }> {
    const { model, bus } = this.#testbed;
    model?.reset();
    const sinceIndex = bus.outboundMessages().length;
    this.#say(`/${name}`);
    const { text } = await waitForOutboundMessage(bus, () => true, COMMAND_MS, {
      sinceIndex,
      signal: this.#signal,
      what: `an answer to /${name}`,
    });
    return { text, asked: (model?.requests.length ?? 0) > 0 };
  }

  #say(text: string): void {
    this.#testbed.bus.addInboundMessage({
      conversation: { id: OWNER, kind: "direct" },
      senderId: OWNER,
      text,
    });
  }
}

/** Of a request of either API of OpenAI's. */
function toolsOf(body: JsonObject | undefined): OfferedTool[] {
  const tools = Array.isArray(body?.tools) ? body.tools : [];
  return tools.flatMap((tool: unknown): OfferedTool[] => {
    const described = isJsonObject(tool) ? (isJsonObject(tool.function) ? tool.function : tool) : {};
    const { name, parameters } = described;
    return typeof name === "string" ? [{ name, parameters }] : [];
  });
}
