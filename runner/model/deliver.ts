import type { ServerResponse } from "node:http";
import { untilAborted } from "../base/abort.ts";
import { delay } from "../base/timers.ts";
import { sendJson } from "../http/json.ts";
import { type ModelAnswer, type Plan, say } from "./answer.ts";
import type { AnswerContext, ModelApi, ServerEvent } from "./api/api.ts";
import { inputText, type ModelRequest } from "./request.ts";

const CHUNK_CHARS = 24;
const CHARS_PER_TOKEN = 4;
const STREAM_TYPE = "text/event-stream; charset=utf-8";
const GARBAGE = '{"id":"chatcmpl-1","choices":[{"index":0,"delta":{"content"\u0000\ufffd<html>';

export interface Delivery {
  api: ModelApi;
  request: ModelRequest;
  plan: Plan;
  serial: number;
  response: ServerResponse;
  /** Fires when the client is gone. */
  signal: AbortSignal;
}

/** Sends a planned answer the way the request wants it. @throws the signal's reason */
export async function deliver({ api, request, plan, serial, response, signal }: Delivery): Promise<void> {
  const { answer, delayMs } = plan;
  if (delayMs !== undefined) await delay(delayMs, signal);
  if (answer.kind === "hang") return untilAborted(new Promise(() => {}), signal);
  const about = { request, serial, created: Math.floor(Date.now() / 1000), usage: usageOf(request, plan) };
  if (answer.kind === "error" && (answer.reasoning === undefined || !request.stream)) {
    if (answer.comeBackSeconds !== undefined) response.setHeader("retry-after", answer.comeBackSeconds);
    return sendJson(response, answer.status, api.failure(answer));
  }
  const context: AnswerContext =
    answer.kind === "error"
      ? { ...about, answer: { ...say(""), reasoning: answer.reasoning }, failure: answer }
      : { ...about, answer };
  if (plan.breaks) await breakOff(api, context, plan.breaks, response, signal);
  else if (request.stream) await stream(api, context, plan.stream ?? {}, response, signal);
  else sendJson(response, 200, api.render(context));
}

/** Begins the answer, and has it go wrong. Of an answer that is no stream, a part of the text is sent. */
async function breakOff(
  api: ModelApi,
  context: AnswerContext,
  breaks: NonNullable<Plan["breaks"]>,
  response: ServerResponse,
  signal: AbortSignal,
): Promise<void> {
  const { stream: isStream } = context.request;
  response.writeHead(200, { "content-type": isStream ? STREAM_TYPE : "application/json; charset=utf-8" });
  if (breaks.how === "garbage") {
    response.end(isStream ? `data: ${GARBAGE}\n\n` : GARBAGE);
    return;
  }
  const whole = isStream
    ? [...api.stream(context, (text) => cut(text, CHUNK_CHARS))].map(eventText)
    : cut(JSON.stringify(api.render(context)), CHUNK_CHARS);
  const sent = Math.max(1, Math.floor(breaks.share * whole.length));
  await new Promise<void>((resolve) => response.write(whole.slice(0, sent).join(""), () => resolve()));
  if (breaks.how === "cut") response.destroy();
  else await untilAborted(new Promise(() => {}), signal);
}

async function stream(
  api: ModelApi,
  context: AnswerContext,
  { chunkChars = CHUNK_CHARS, chunkDelayMs = 0 }: NonNullable<Plan["stream"]>,
  response: ServerResponse,
  signal: AbortSignal,
): Promise<void> {
  response.writeHead(200, {
    "content-type": STREAM_TYPE,
    "cache-control": "no-cache",
  });
  for (const event of api.stream(context, (text) => cut(text, chunkChars))) {
    signal.throwIfAborted();
    response.write(eventText(event));
    if (chunkDelayMs > 0) await delay(chunkDelayMs, signal);
  }
  const isOver = api.terminator !== undefined && !context.failure;
  response.end(isOver ? `data: ${api.terminator}\n\n` : "");
}

function eventText({ event, data }: ServerEvent): string {
  return `${event === undefined ? "" : `event: ${event}\n`}data: ${JSON.stringify(data)}\n\n`;
}

/** By code points, so that no emoji is cut in half. */
function cut(text: string, size: number): string[] {
  const points = [...text];
  const chunks: string[] = [];
  for (let start = 0; start < points.length; start += size)
    chunks.push(points.slice(start, start + size).join(""));
  return chunks;
}

function usageOf(request: ModelRequest, { answer, usage }: Plan): AnswerContext["usage"] {
  return {
    inputTokens: usage?.inputTokens ?? tokens(inputText(request)),
    outputTokens: usage?.outputTokens ?? tokens(answerText(answer)),
  };
}

function answerText(answer: ModelAnswer): string {
  if (answer.kind === "text") return answer.text;
  return answer.kind === "tool-calls" ? JSON.stringify(answer.calls) : "";
}

function tokens(text: string): number {
  return Math.ceil(text.length / CHARS_PER_TOKEN);
}
