/** A request to the model, the same whichever API it came over. */
export interface ModelRequest {
  model: string;
  stream: boolean;
  /** Chat completions only: the client wants a last chunk with the token counts. */
  includeUsage: boolean;
  /** System and developer messages, joined. */
  instructions: string;
  /** Everything else, oldest first. */
  messages: readonly ModelMessage[];
  tools: readonly DeclaredTool[];
  imageInputCount: number;
}

export type ModelMessage =
  | { role: "user"; text: string }
  | { role: "assistant"; text: string; toolCalls: readonly ToolCall[] }
  | { role: "tool"; callId: string; text: string };

export interface ToolCall {
  id: string;
  name: string;
  arguments: Record<string, unknown>;
}

export interface DeclaredTool {
  name: string;
  /** JSON schema of the arguments. */
  parameters: Record<string, unknown>;
}

/** Everything the model can see, as one text. */
export function inputText(request: ModelRequest): string {
  return [request.instructions, ...request.messages.map(({ text }) => text)]
    .filter((text) => text !== "")
    .join("\n");
}

export function declaredTool(request: ModelRequest, name: string): DeclaredTool | undefined {
  return request.tools.find((tool) => tool.name === name);
}
