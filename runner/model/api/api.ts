import type { JsonObject } from "../../base/json.ts";
import type { ModelAnswer } from "../answer.ts";
import type { ModelRequest } from "../request.ts";

/** Text or tool calls; errors and hanging are the server's business. */
type SpokenAnswer = Extract<ModelAnswer, { kind: "text" | "tool-calls" }>;

/** What is said instead of an answer. */
export interface Failure {
  /** Of HTTP. */
  status: number;
  message: string;
}

export interface AnswerContext {
  request: ModelRequest;
  answer: SpokenAnswer;
  /** Number of the request; makes ids that are unique and easy to find again. */
  serial: number;
  /** Seconds since the epoch. */
  created: number;
  usage: { inputTokens: number; outputTokens: number };
  /** A streamed answer comes no further than its thoughts: then it fails. */
  failure?: Failure;
}

/** One server-sent event. */
export interface ServerEvent {
  /** Name of the event, where the API uses one. */
  event?: string;
  data: unknown;
}

/** One of the APIs of models: how it asks and how it is answered. */
export interface ModelApi {
  /** @throws HttpError 400 when the body is not such a request */
  parse(body: JsonObject): ModelRequest;
  /** The whole answer as one JSON body. */
  render(context: AnswerContext): JsonObject;
  /** The answer as events; the text comes cut into `chunks`. */
  stream(context: AnswerContext, cut: (text: string) => string[]): Iterable<ServerEvent>;
  /** Data line that ends a stream, if the API has one. */
  terminator?: string;
  /** A failure as the body of its answer. */
  failure(failure: Failure): JsonObject;
}
