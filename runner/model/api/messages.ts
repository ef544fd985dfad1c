import { isJsonObject, type JsonObject } from "../../base/json.ts";
import { HttpError } from "../../http/json.ts";
import type { DeclaredTool, ModelMessage } from "../request.ts";
import type { AnswerContext, Failure, ModelApi, ServerEvent } from "./api.ts";
import { contentText, imageCount, jsonObjects, requireModel, string } from "./values.ts";

/** POST /v1/messages, Anthropic's API. */
export const messages: ModelApi = {
  parse(body) {
    const model = requireModel(body);
    if (!Array.isArray(body.messages) || body.messages.length === 0) {
      throw new HttpError(400, "messages: at least one message is required");
    }
    if (typeof body.max_tokens !== "number") throw new HttpError(400, "max_tokens: field required");
    const said = jsonObjects(body.messages);
    return {
      model,
      stream: body.stream === true,
      includeUsage: true,
      instructions: contentText(body.system),
      messages: said.flatMap(toMessages),
      tools: jsonObjects(body.tools).flatMap(toTool),
      imageInputCount: said.reduce((count, { content }) => count + imagesIn(content), 0),
    };
  },

  render: (context) => message(context, contentOf(context), stopReason(context), context.usage.outputTokens),

  *stream(context, cut) {
    yield named({ type: "message_start", message: message(context, [], null, 0) });
    for (const [index, block] of contentOf(context).entries()) {
      yield* blockEvents(block, index, cut);
      if (context.failure) return yield named(failureOf(context.failure));
    }
    yield named({
      type: "message_delta",
      delta: { stop_reason: stopReason(context), stop_sequence: null },
      usage: { output_tokens: context.usage.outputTokens },
    });
    yield named({ type: "message_stop" });
  },

  failure: failureOf,
};

type Block =
  | { type: "thinking"; thinking: string; signature: string }
  | { type: "text"; text: string }
  | { type: "tool_use"; id: string; name: string; input: JsonObject };

function toMessages({ role, content }: JsonObject): ModelMessage[] {
  if (role === "assistant") {
    const toolCalls = jsonObjects(content).flatMap(({ type, id, name, input }) =>
      type === "tool_use"
        ? [{ id: string(id), name: string(name), arguments: isJsonObject(input) ? input : {} }]
        : [],
    );
    return [{ role: "assistant", text: contentText(content), toolCalls }];
  }
  const results = jsonObjects(content).flatMap(({ type, tool_use_id, content: result }): ModelMessage[] =>
    type === "tool_result" ? [{ role: "tool", callId: string(tool_use_id), text: contentText(result) }] : [],
  );
  const text = contentText(content);
  return text === "" && results.length > 0 ? results : [...results, { role: "user", text }];
}

/** Pictures also come in what a tool gave. */
function imagesIn(content: unknown): number {
  const nested = jsonObjects(content).reduce((count, part) => count + imageCount(part.content), 0);
  return imageCount(content) + nested;
}

function toTool({ name, input_schema }: JsonObject): DeclaredTool[] {
  if (typeof name !== "string") return [];
  return [{ name, parameters: isJsonObject(input_schema) ? input_schema : {} }];
}

function message(
  { serial, request, usage }: AnswerContext,
  content: readonly Block[],
  stop: string | null,
  outputTokens: number,
): JsonObject {
  return {
    id: `msg_${serial}`,
    type: "message",
    role: "assistant",
    model: request.model,
    content,
    stop_reason: stop,
    stop_sequence: null,
    usage: { input_tokens: usage.inputTokens, output_tokens: outputTokens },
  };
}

function contentOf(context: AnswerContext): Block[] {
  const { answer, serial } = context;
  if (answer.kind === "text") {
    const text: Block[] = answer.text === "" ? [] : [{ type: "text", text: answer.text }];
    const { reasoning } = answer;
    // Clients send thoughts back only as they were signed.
    return reasoning
      ? [{ type: "thinking", thinking: reasoning, signature: `sig_${serial}` }, ...text]
      : text;
  }
  return answer.calls.map((call, index) => ({
    type: "tool_use",
    id: `toolu_${serial}_${index}`,
    name: call.name,
    input: call.arguments,
  }));
}

function* blockEvents(block: Block, index: number, cut: (text: string) => string[]): Iterable<ServerEvent> {
  const start = (content_block: JsonObject) => named({ type: "content_block_start", index, content_block });
  const delta = (change: JsonObject) => named({ type: "content_block_delta", index, delta: change });
  switch (block.type) {
    case "thinking":
      yield start({ ...block, thinking: "", signature: "" });
      for (const thinking of cut(block.thinking)) yield delta({ type: "thinking_delta", thinking });
      yield delta({ type: "signature_delta", signature: block.signature });
      break;
    case "text":
      yield start({ ...block, text: "" });
      for (const text of cut(block.text)) yield delta({ type: "text_delta", text });
      break;
    default:
      yield start({ ...block, input: {} });
      for (const partial_json of cut(JSON.stringify(block.input)))
        yield delta({ type: "input_json_delta", partial_json });
  }
  yield named({ type: "content_block_stop", index });
}

/** Events of this API are called as their data says. */
function named(data: JsonObject & { type: string }): ServerEvent {
  return { event: data.type, data };
}

function stopReason({ answer }: AnswerContext): string {
  return answer.kind === "text" ? "end_turn" : "tool_use";
}

function failureOf({ status, message }: Failure) {
  return { type: "error", error: { type: errorType(status), message } };
}

const ERROR_TYPES: Readonly<Record<number, string>> = {
  401: "authentication_error",
  403: "permission_error",
  404: "not_found_error",
  413: "request_too_large",
  429: "rate_limit_error",
  529: "overloaded_error",
};

function errorType(status: number): string {
  return ERROR_TYPES[status] ?? (status < 500 ? "invalid_request_error" : "api_error");
}
