import type { IncomingMessage, ServerResponse } from "node:http";
import { isNestedDeeper } from "../base/nesting.ts";
import { stretched } from "../base/slow.ts";
import { after } from "../base/timers.ts";

/** An answer other than success, with the text for the client. */
export class HttpError extends Error {
  readonly status: number;

  constructor(status: number, message: string) {
    super(message);
    this.name = "HttpError";
    this.status = status;
  }
}

export interface BodyLimits {
  maxBytes: number;
  /** Milliseconds for the whole body to arrive. */
  timeoutMs: number;
}

/** Deeper than anything that a channel or a model is sent; what walks through a body must not overflow the stack. */
const MAX_DEPTH = 100;

/**
 * Reads a request's body as JSON; an empty body is an empty object. What is too large or too deep is refused before it is
 * parsed, and what says so itself before it is read.
 * @throws HttpError 400, 408, 413 or 415
 */
export async function readJson(
  request: IncomingMessage,
  limits: BodyLimits,
): Promise<{ raw: string; body: unknown }> {
  if (!isJsonType(request.headers["content-type"])) {
    throw new HttpError(415, "The body must be JSON: send it with content-type: application/json");
  }
  const raw = await readText(request, limits);
  if (raw.trim() === "") return { raw, body: {} };
  if (isNestedDeeper(raw, MAX_DEPTH)) {
    throw new HttpError(400, `JSON body is nested deeper than ${MAX_DEPTH} levels`);
  }
  try {
    return { raw, body: JSON.parse(raw) };
  } catch {
    throw new HttpError(400, "Malformed JSON body");
  }
}

/** A web page may send the other types to any address without asking it first. */
function isJsonType(contentType = ""): boolean {
  const [type = ""] = contentType.split(";");
  return type.trim().toLowerCase() === "application/json";
}

/** Reads a request's body as text. @throws HttpError 400, 408 or 413 */
export function readText(request: IncomingMessage, { maxBytes, timeoutMs }: BodyLimits): Promise<string> {
  const tooLarge = () => new HttpError(413, `Request body exceeds ${maxBytes} bytes`);
  if (Number(request.headers["content-length"]) > maxBytes) return Promise.reject(tooLarge());
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    let size = 0;
    const settle = (outcome: () => void) => {
      cancel();
      request.off("data", onData).off("end", onEnd).off("error", onGone).off("close", onGone);
      outcome();
    };
    const fail = (error: HttpError) => settle(() => reject(error));
    const cancel = after(stretched(timeoutMs), () =>
      fail(new HttpError(408, `Request body did not arrive within ${timeoutMs} ms`)),
    );
    const onData = (chunk: Buffer) => {
      size += chunk.length;
      if (size > maxBytes) fail(tooLarge());
      else chunks.push(chunk);
    };
    const onEnd = () => settle(() => resolve(Buffer.concat(chunks).toString("utf8")));
    const onGone = () => fail(new HttpError(400, "Request ended before its body was complete"));
    request.on("data", onData).once("end", onEnd).once("error", onGone).once("close", onGone);
  });
}

/** Sends `value` as JSON, unless the client is gone. */
export function sendJson(response: ServerResponse, status: number, value: unknown): void {
  if (response.destroyed || response.headersSent) return;
  const text = JSON.stringify(value);
  response.writeHead(status, {
    "content-type": "application/json; charset=utf-8",
    "content-length": Buffer.byteLength(text),
    // What is left of a refused body, which may be endless, is not read.
    ...(isUnread(response.req) ? { connection: "close" } : {}),
  });
  response.end(text);
}

function isUnread({ complete, headers }: IncomingMessage): boolean {
  const hasBody = headers["transfer-encoding"] !== undefined || Number(headers["content-length"] ?? 0) > 0;
  return hasBody && !complete;
}

/** Fires when the client goes away before it has its answer. */
export function disconnectSignal(response: ServerResponse): AbortSignal {
  const controller = new AbortController();
  response.once("close", () => {
    if (!response.writableFinished) controller.abort(new Error("client disconnected"));
  });
  return controller.signal;
}
