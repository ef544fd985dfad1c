import type { Plan } from "./answer.ts";
import { inputText, type ModelRequest } from "./request.ts";
import type { Turn } from "./turn.ts";

/** A request as scenarios see it, also at /debug/requests. The names are those that upstream's scenarios read. */
export interface RecordedRequest {
  /** When it came, in milliseconds since the epoch. */
  at: number;
  /** Body as it came. */
  raw: string;
  body: Record<string, unknown>;
  /** What the user wrote last. */
  prompt: string;
  /** System prompt, messages and tool results. */
  allInputText: string;
  instructions: string;
  /** Latest tool result of the turn; empty when there was no such call. */
  toolOutput: string;
  model: string;
  providerVariant: "openai" | "anthropic" | "unknown";
  imageInputCount: number;
  /** First tool call of the answer. */
  plannedToolName?: string;
  plannedToolArgs?: Record<string, unknown>;
  /** The tool that was to be called and that the request does not declare. */
  missingToolName?: string;
  /** Names of the tools that the request declares. */
  toolNames: readonly string[];
  /** Rule that decided on the answer. */
  rule: string;
  /** `aborted`: the client left before it had the whole answer. */
  status: "planned" | "held" | "answered" | "aborted";
}

export interface Recording {
  raw: string;
  body: Record<string, unknown>;
  request: ModelRequest;
  turn: Turn;
  plan: Plan;
}

/** Describes a request and what was decided about it, before anything is answered. */
export function record({ raw, body, request, turn, plan }: Recording): RecordedRequest {
  const call = plan.answer.kind === "tool-calls" ? plan.answer.calls[0] : undefined;
  const missing = plan.answer.kind === "text" ? plan.answer.missingTool : undefined;
  return {
    at: Date.now(),
    raw,
    body,
    prompt: turn.userTexts[0] ?? "",
    allInputText: inputText(request),
    instructions: request.instructions,
    toolOutput: turn.exchanges.at(-1)?.result ?? "",
    model: request.model,
    providerVariant: variantOf(request.model),
    imageInputCount: request.imageInputCount,
    ...(call ? { plannedToolName: call.name, plannedToolArgs: call.arguments } : {}),
    ...(missing === undefined ? {} : { missingToolName: missing }),
    toolNames: request.tools.map(({ name }) => name),
    rule: plan.rule,
    status: "planned",
  };
}

function variantOf(model: string): RecordedRequest["providerVariant"] {
  if (/^(?:gpt|o\d|chatgpt|codex)/.test(model)) return "openai";
  return model.startsWith("claude") ? "anthropic" : "unknown";
}
