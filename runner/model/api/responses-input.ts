import { isJsonObject, type JsonObject } from "../../base/json.ts";
import { HttpError } from "../../http/json.ts";
import type { DeclaredTool, ModelMessage, ModelRequest } from "../request.ts";
import { contentText, imageCount, jsonObjects, parseArguments, requireModel, string } from "./values.ts";

/** Reads the body of POST /v1/responses. */
export function parseResponsesRequest(body: JsonObject): ModelRequest {
  const model = requireModel(body);
  if (typeof body.input !== "string" && !Array.isArray(body.input)) {
    throw new HttpError(400, "'input' must be a string or an array");
  }
  const items =
    typeof body.input === "string" ? [{ role: "user", content: body.input }] : jsonObjects(body.input);
  const instructions = items.filter(isInstruction).map(({ content }) => contentText(content));
  return {
    model,
    stream: body.stream === true,
    includeUsage: true,
    instructions: [string(body.instructions), ...instructions].filter((text) => text !== "").join("\n"),
    messages: mergeAssistant(items.filter((item) => !isInstruction(item)).flatMap(toMessage)),
    tools: jsonObjects(body.tools).flatMap(toTool),
    imageInputCount: items.reduce((count, { content }) => count + imageCount(content), 0),
  };
}

function isInstruction({ role }: JsonObject): boolean {
  return role === "system" || role === "developer";
}

function toMessage(item: JsonObject): ModelMessage[] {
  switch (item.type ?? "message") {
    case "message": {
      const text = contentText(item.content);
      return [
        item.role === "assistant" ? { role: "assistant", text, toolCalls: [] } : { role: "user", text },
      ];
    }
    case "function_call": {
      const call = {
        id: string(item.call_id),
        name: string(item.name),
        arguments: parseArguments(item.arguments),
      };
      return [{ role: "assistant", text: "", toolCalls: [call] }];
    }
    case "function_call_output":
      return [{ role: "tool", callId: string(item.call_id), text: contentText(item.output) }];
    default:
      // Reasoning and references to earlier items say nothing that this model reads.
      return [];
  }
}

/** The API lists an assistant's words and its calls as items of their own; they are one message. */
function mergeAssistant(messages: readonly ModelMessage[]): ModelMessage[] {
  const merged: ModelMessage[] = [];
  for (const message of messages) {
    const last = merged.at(-1);
    if (message.role === "assistant" && last?.role === "assistant") {
      merged[merged.length - 1] = {
        role: "assistant",
        text: [last.text, message.text].filter((text) => text !== "").join("\n"),
        toolCalls: [...last.toolCalls, ...message.toolCalls],
      };
    } else merged.push(message);
  }
  return merged;
}

function toTool(tool: JsonObject): DeclaredTool[] {
  if (tool.type !== "function" || typeof tool.name !== "string") return [];
  return [{ name: tool.name, parameters: isJsonObject(tool.parameters) ? tool.parameters : {} }];
}
