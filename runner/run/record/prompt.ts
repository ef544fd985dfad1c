import type { ModelRequest } from "../../model/request.ts";
import type { RecordOf } from "../../report/events.ts";

/** Requests that a new one is compared with. */
const REMEMBERED = 20;

type Message = RecordOf<"model-request">["messages"][number];
type Difference = Pick<RecordOf<"model-request">, "follows" | "kept" | "messages" | "tools">;

interface Asked {
  serial: number;
  instructions: string;
  messages: readonly Message[];
  tools: readonly string[];
}

/** Finds out what is new in each request to the model: in the prompt, in the conversation and among the tools. */
export class Prompts {
  readonly #asked: Asked[] = [];

  /** @param serial of the request; counts from 1 */
  difference({ instructions, messages, tools }: ModelRequest, serial: number): Difference {
    const asked = {
      serial,
      instructions,
      messages: messages.map(asMessage),
      tools: tools.map(({ name }) => name),
    };
    const scored = this.#asked.map((before) => ({
      before,
      kept: commonLength(before.messages, asked.messages),
    }));
    // Of those that it goes on from, the latest; one that begins anew follows the one before it all the same.
    const best = scored.reduce<(typeof scored)[number] | undefined>(
      (found, each) => (found && found.kept > each.kept ? found : each),
      undefined,
    );
    this.#asked.push(asked);
    if (this.#asked.length > REMEMBERED) this.#asked.shift();
    const { before, kept = 0 } = best ?? {};
    const sameTools = before && before.tools.join("\n") === asked.tools.join("\n");
    return {
      ...(before ? { follows: before.serial } : {}),
      kept,
      messages: [...promptChange(before?.instructions, instructions), ...asked.messages.slice(kept)],
      ...(sameTools ? {} : { tools: asked.tools }),
    };
  }
}

function asMessage(message: ModelRequest["messages"][number]): Message {
  if (message.role !== "assistant" || message.toolCalls.length === 0) {
    return { role: message.role, text: message.text };
  }
  return {
    role: "assistant",
    text: [message.text, ...message.toolCalls.map(callText)].filter(Boolean).join("\n"),
  };
}

/** A tool call as one line: `read {"path":"SKILL.md"}`. */
export function callText({ name, arguments: given }: { name: string; arguments: unknown }): string {
  return `${name} ${JSON.stringify(given)}`;
}

function commonLength(one: readonly Message[], other: readonly Message[]): number {
  let length = 0;
  for (; length < one.length && length < other.length; length += 1) {
    const [a, b] = [one[length], other[length]];
    if (a?.role !== b?.role || a?.text !== b?.text) break;
  }
  return length;
}

/** The prompt, or the lines that differ from those of the one before. */
function promptChange(before: string | undefined, now: string): Message[] {
  if (before === now || now === "") return [];
  if (before === undefined) return [{ role: "system", text: now }];
  const [old, fresh] = [before.split("\n"), now.split("\n")];
  const [oldLines, freshLines] = [new Set(old), new Set(fresh)];
  const text = [
    ...old.filter((line) => !freshLines.has(line)).map((line) => `- ${line}`),
    ...fresh.filter((line) => !oldLines.has(line)).map((line) => `+ ${line}`),
  ].join("\n");
  return [{ role: "system-change", text: text || "the same lines in another order" }];
}
