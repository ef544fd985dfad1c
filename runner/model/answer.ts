/** What the model says to a request. */
export type ModelAnswer =
  | { kind: "text"; text: string; reasoning?: string; missingTool?: string }
  | { kind: "tool-calls"; calls: readonly PlannedCall[] }
  | { kind: "error"; status: number; message: string; comeBackSeconds?: number; reasoning?: string }
  | { kind: "hang" };

export interface PlannedCall {
  name: string;
  arguments: Record<string, unknown>;
}

/** An answer and how it is to be given. */
export interface Plan {
  answer: ModelAnswer;
  /** Who decided: a rule of the script or of the instruction-following model. */
  rule: string;
  /** Gate that must be open. */
  hold?: string;
  delayMs?: number;
  stream?: { chunkChars?: number; chunkDelayMs?: number };
  /** The answer goes wrong on its way: after this share of it, or all of it. */
  breaks?: { how: "cut" | "stall"; share: number } | { how: "garbage" };
  usage?: { inputTokens?: number; outputTokens?: number };
}

export function say(text: string): Extract<ModelAnswer, { kind: "text" }> {
  return { kind: "text", text };
}

/** What the model says when it is asked to use a tool that it does not have. */
export function sayUnavailable(tool: string): ModelAnswer {
  return { ...say(`The ${tool} tool is not available.`), missingTool: tool };
}
