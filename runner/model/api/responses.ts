import type { JsonObject } from "../../base/json.ts";
import type { AnswerContext, ModelApi, ServerEvent } from "./api.ts";
import { parseResponsesRequest } from "./responses-input.ts";
import { openAiFailure } from "./values.ts";

/** POST /v1/responses. */
export const responses: ModelApi = {
  parse: parseResponsesRequest,

  render(context) {
    return response(context, "completed", outputItems(context));
  },

  *stream(context, cut) {
    let sequence = 0;
    const event = (type: string, members: JsonObject): ServerEvent => ({
      event: type,
      data: { type, sequence_number: sequence++, ...members },
    });
    const begun = response(context, "in_progress", []);
    yield event("response.created", { response: begun });
    yield event("response.in_progress", { response: begun });
    for (const [index, item] of outputItems(context).entries()) {
      yield* itemEvents(event, item, index, cut);
      if (context.failure) {
        const error = { code: "server_error", message: context.failure.message };
        return yield event("response.failed", { response: { ...begun, status: "failed", error } });
      }
    }
    yield event("response.completed", { response: response(context, "completed", outputItems(context)) });
  },

  failure: openAiFailure,
};

type OutputItem = ReasoningItem | TextItem | CallItem;

interface ReasoningItem {
  type: "reasoning";
  id: string;
  summary: { type: "summary_text"; text: string }[];
}

interface TextItem {
  type: "message";
  id: string;
  status: string;
  role: "assistant";
  content: { type: "output_text"; text: string; annotations: never[] }[];
}

interface CallItem {
  type: "function_call";
  id: string;
  call_id: string;
  status: string;
  name: string;
  arguments: string;
}

type MakeEvent = (type: string, members: JsonObject) => ServerEvent;
type Cut = (text: string) => string[];

function itemEvents(event: MakeEvent, item: OutputItem, index: number, cut: Cut): Iterable<ServerEvent> {
  switch (item.type) {
    case "message":
      return textEvents(event, item, index, cut);
    case "reasoning":
      return reasoningEvents(event, item, index, cut);
    default:
      return callEvents(event, item, index, cut);
  }
}

function* reasoningEvents(
  event: MakeEvent,
  item: ReasoningItem,
  index: number,
  cut: Cut,
): Iterable<ServerEvent> {
  const place = { item_id: item.id, output_index: index, summary_index: 0 };
  const [part = { type: "summary_text", text: "" }] = item.summary;
  yield event("response.output_item.added", { output_index: index, item: { ...item, summary: [] } });
  yield event("response.reasoning_summary_part.added", { ...place, part: { ...part, text: "" } });
  for (const delta of cut(part.text))
    yield event("response.reasoning_summary_text.delta", { ...place, delta });
  yield event("response.reasoning_summary_text.done", { ...place, text: part.text });
  yield event("response.reasoning_summary_part.done", { ...place, part });
  yield event("response.output_item.done", { output_index: index, item });
}

function* textEvents(event: MakeEvent, item: TextItem, index: number, cut: Cut): Iterable<ServerEvent> {
  const place = { item_id: item.id, output_index: index, content_index: 0 };
  const part = item.content[0] ?? { type: "output_text", text: "", annotations: [] };
  yield event("response.output_item.added", {
    output_index: index,
    item: { ...item, status: "in_progress", content: [] },
  });
  yield event("response.content_part.added", { ...place, part: { ...part, text: "" } });
  for (const delta of cut(part.text)) {
    yield event("response.output_text.delta", { ...place, delta, logprobs: [] });
  }
  yield event("response.output_text.done", { ...place, text: part.text, logprobs: [] });
  yield event("response.content_part.done", { ...place, part });
  yield event("response.output_item.done", { output_index: index, item });
}

function* callEvents(event: MakeEvent, item: CallItem, index: number, cut: Cut): Iterable<ServerEvent> {
  const place = { item_id: item.id, output_index: index };
  yield event("response.output_item.added", {
    output_index: index,
    item: { ...item, status: "in_progress", arguments: "" },
  });
  for (const delta of cut(item.arguments)) {
    yield event("response.function_call_arguments.delta", { ...place, delta });
  }
  yield event("response.function_call_arguments.done", {
    ...place,
    name: item.name,
    arguments: item.arguments,
  });
  yield event("response.output_item.done", { output_index: index, item });
}

function outputItems({ answer, serial }: AnswerContext): OutputItem[] {
  if (answer.kind === "text") {
    const { reasoning } = answer;
    const thoughts: ReasoningItem[] = reasoning
      ? [{ type: "reasoning", id: `rs_${serial}`, summary: [{ type: "summary_text", text: reasoning }] }]
      : [];
    return [
      ...thoughts,
      {
        type: "message",
        id: `msg_${serial}`,
        status: "completed",
        role: "assistant",
        content: [{ type: "output_text", text: answer.text, annotations: [] }],
      },
    ];
  }
  return answer.calls.map((call, index) => ({
    type: "function_call",
    id: `fc_${serial}_${index}`,
    call_id: `call_${serial}_${index}`,
    status: "completed",
    name: call.name,
    arguments: JSON.stringify(call.arguments),
  }));
}

function response(context: AnswerContext, status: string, output: readonly OutputItem[]): JsonObject {
  const { serial, created, request, usage } = context;
  return {
    id: `resp_${serial}`,
    object: "response",
    created_at: created,
    status,
    error: null,
    incomplete_details: null,
    instructions: null,
    model: request.model,
    output,
    parallel_tool_calls: true,
    previous_response_id: null,
    tool_choice: "auto",
    tools: [],
    usage:
      status === "completed"
        ? {
            input_tokens: usage.inputTokens,
            input_tokens_details: { cached_tokens: 0 },
            output_tokens: usage.outputTokens,
            output_tokens_details: { reasoning_tokens: 0 },
            total_tokens: usage.inputTokens + usage.outputTokens,
          }
        : null,
    metadata: {},
  };
}
