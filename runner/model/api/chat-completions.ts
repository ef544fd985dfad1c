import { isJsonObject, type JsonObject } from "../../base/json.ts";
import { HttpError } from "../../http/json.ts";
import type { DeclaredTool, ModelMessage } from "../request.ts";
import type { AnswerContext, ModelApi, ServerEvent } from "./api.ts";
import {
  contentText,
  imageCount,
  jsonObjects,
  openAiFailure,
  parseArguments,
  requireModel,
  string,
} from "./values.ts";

/** POST /v1/chat/completions. */
export const chatCompletions: ModelApi = {
  parse(body) {
    const model = requireModel(body);
    if (!Array.isArray(body.messages) || body.messages.length === 0) {
      throw new HttpError(400, "'messages' must be a non-empty array");
    }
    const messages = jsonObjects(body.messages);
    return {
      model,
      stream: body.stream === true,
      includeUsage: isJsonObject(body.stream_options) && body.stream_options.include_usage === true,
      instructions: messages
        .filter(isInstruction)
        .map(({ content }) => contentText(content))
        .join("\n"),
      messages: messages.filter((message) => !isInstruction(message)).map(toMessage),
      tools: jsonObjects(body.tools).flatMap(toTool),
      imageInputCount: messages.reduce((count, { content }) => count + imageCount(content), 0),
    };
  },

  render(context) {
    const { answer } = context;
    return {
      ...envelope(context, "chat.completion"),
      choices: [
        {
          index: 0,
          message: {
            role: "assistant",
            content: answer.kind === "text" ? answer.text : null,
            ...(reasoningOf(context) ? { reasoning_content: reasoningOf(context) } : {}),
            refusal: null,
            ...(answer.kind === "tool-calls" ? { tool_calls: toolCalls(context) } : {}),
          },
          logprobs: null,
          finish_reason: finishReason(context),
        },
      ],
      usage: usage(context),
    };
  },

  *stream(context, cut) {
    const chunk = (delta: JsonObject, finish: string | null = null): ServerEvent => ({
      data: {
        ...envelope(context, "chat.completion.chunk"),
        choices: [{ index: 0, delta, logprobs: null, finish_reason: finish }],
        ...(context.request.includeUsage ? { usage: null } : {}),
      },
    });
    const { answer } = context;
    if (answer.kind === "text") {
      yield chunk({ role: "assistant", content: "", refusal: null });
      for (const thought of cut(reasoningOf(context))) yield chunk({ reasoning_content: thought });
      if (context.failure) return yield { data: openAiFailure(context.failure) };
      for (const content of cut(answer.text)) yield chunk({ content });
    } else {
      yield chunk({ role: "assistant", content: null });
      for (const [index, call] of toolCalls(context).entries()) {
        const { name, arguments: args } = call.function;
        yield chunk({ tool_calls: [{ ...call, index, function: { name, arguments: "" } }] });
        for (const part of cut(args)) yield chunk({ tool_calls: [{ index, function: { arguments: part } }] });
      }
    }
    yield chunk({}, finishReason(context));
    if (context.request.includeUsage) {
      yield { data: { ...envelope(context, "chat.completion.chunk"), choices: [], usage: usage(context) } };
    }
  },

  terminator: "[DONE]",
  failure: openAiFailure,
};

function isInstruction({ role }: JsonObject): boolean {
  return role === "system" || role === "developer";
}

function toMessage(message: JsonObject): ModelMessage {
  const text = contentText(message.content);
  if (message.role === "tool") return { role: "tool", callId: string(message.tool_call_id), text };
  if (message.role !== "assistant") return { role: "user", text };
  const toolCalls = jsonObjects(message.tool_calls).map((call) => {
    const made = isJsonObject(call.function) ? call.function : {};
    return { id: string(call.id), name: string(made.name), arguments: parseArguments(made.arguments) };
  });
  return { role: "assistant", text, toolCalls };
}

function toTool(tool: JsonObject): DeclaredTool[] {
  const declared = tool.function;
  if (!isJsonObject(declared) || typeof declared.name !== "string") return [];
  return [{ name: declared.name, parameters: isJsonObject(declared.parameters) ? declared.parameters : {} }];
}

function envelope({ serial, created, request }: AnswerContext, object: string): JsonObject {
  return { id: `chatcmpl-${serial}`, object, created, model: request.model, system_fingerprint: null };
}

function toolCalls({ answer, serial }: AnswerContext) {
  if (answer.kind === "text") return [];
  return answer.calls.map((call, index) => ({
    id: `call_${serial}_${index}`,
    type: "function",
    function: { name: call.name, arguments: JSON.stringify(call.arguments) },
  }));
}

/** Not part of OpenAI's own API, but how providers that speak it send a model's thoughts. */
function reasoningOf({ answer }: AnswerContext): string {
  return (answer.kind === "text" && answer.reasoning) || "";
}

function finishReason({ answer }: AnswerContext): string {
  return answer.kind === "text" ? "stop" : "tool_calls";
}

function usage({ usage: { inputTokens, outputTokens } }: AnswerContext): JsonObject {
  return {
    prompt_tokens: inputTokens,
    completion_tokens: outputTokens,
    total_tokens: inputTokens + outputTokens,
  };
}
