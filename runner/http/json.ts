import type { IncomingMessage, ServerResponse } from "node:http";
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

/**
 * Reads a request's body as JSON; an empty body is an empty object.
 * @throws HttpError 400, 408 or 413
 */
export async function readJson(
  request: IncomingMessage,
  limits: BodyLimits,
): Promise<{ raw: string; body: unknown }> {
  const raw = await readText(request, limits);
  if (raw.trim() === "") return { raw, body: {} };
  try {
    return { raw, body: JSON.parse(raw) };
  } catch {
    throw new HttpError(400, "Malformed JSON body");
  }
}

function readText(request: IncomingMessage, { maxBytes, timeoutMs }: BodyLimits): Promise<string> {
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    let size = 0;
    const settle = (outcome: () => void) => {
      cancel();
      request.off("data", onData).off("end", onEnd).off("error", onGone).off("close", onGone);
      // What still arrives is read and thrown away, so that the answer can be sent.
      request.resume();
      outcome();
    };
    const fail = (status: number, message: string) => settle(() => reject(new HttpError(status, message)));
    const cancel = after(timeoutMs, () => fail(408, `Request body did not arrive within ${timeoutMs} ms`));
    const onData = (chunk: Buffer) => {
      size += chunk.length;
      if (size > maxBytes) fail(413, `Request body exceeds ${maxBytes} bytes`);
      else chunks.push(chunk);
    };
    const onEnd = () => settle(() => resolve(Buffer.concat(chunks).toString("utf8")));
    const onGone = () => fail(400, "Request ended before its body was complete");
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
    // After a refused body the connection may still carry the rest of it.
    ...(status === 408 || status === 413 ? { connection: "close" } : {}),
  });
  response.end(text);
}

/** Fires when the client goes away before it has its answer. */
export function disconnectSignal(response: ServerResponse): AbortSignal {
  const controller = new AbortController();
  response.once("close", () => {
    if (!response.writableFinished) controller.abort(new Error("client disconnected"));
  });
  return controller.signal;
}
