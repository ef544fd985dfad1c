import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import { errorMessage } from "../base/errors.ts";
import { isJsonObject, type JsonObject } from "../base/json.ts";
import type { Teardown } from "../base/teardown.ts";
import { disconnectSignal, HttpError, readJson, sendJson } from "../http/json.ts";
import { listenOnLoopback } from "../http/listen.ts";
import type { ModelApi } from "./api/api.ts";
import { chatCompletions } from "./api/chat-completions.ts";
import { responses } from "./api/responses.ts";
import { apiError } from "./deliver.ts";
import { embeddings } from "./embeddings.ts";
import { imageGeneration } from "./images.ts";
import type { RecordedRequest } from "./recorder.ts";

const LIMITS = { maxBytes: 16 * 1024 * 1024, timeoutMs: 30_000 };
const DEBUG_REQUESTS = 200;
const MODEL_ID = "mock-1";

const APIS: ReadonlyMap<string, ModelApi> = new Map([
  ["/v1/chat/completions", chatCompletions],
  ["/v1/responses", responses],
]);

/** APIs that are not conversations: they are neither scripted nor recorded. */
const PLAIN_APIS: ReadonlyMap<string, (body: JsonObject) => JsonObject> = new Map([
  ["/v1/embeddings", embeddings],
  ["/v1/images/generations", imageGeneration],
]);

/** A request to one of the model APIs, read but not yet understood. */
export interface ModelCall {
  api: ModelApi;
  raw: string;
  body: JsonObject;
  response: ServerResponse;
  /** Fires when the client is gone. */
  signal: AbortSignal;
}

export interface ModelServerOptions {
  teardown: Teardown;
  /** Every request so far, oldest first. */
  requests: readonly RecordedRequest[];
  answer(call: ModelCall): Promise<void>;
}

/** Serves the model APIs and the debug pages on a random loopback port. @returns the origin */
export function serveModel(options: ModelServerOptions): Promise<string> {
  const server = createServer((request, response) => {
    route(options, request, response).catch((error: unknown) => {
      const status = error instanceof HttpError ? error.status : 500;
      sendJson(response, status, apiError(status, errorMessage(error)));
    });
  });
  return listenOnLoopback(server, "scripted model", options.teardown);
}

async function route(
  options: ModelServerOptions,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const [path = "/"] = (request.url ?? "/").split("?");
  const page = PAGES.get(path);
  const api = APIS.get(path);
  const plain = PLAIN_APIS.get(path);
  if (page) {
    if (request.method !== "GET" && request.method !== "HEAD") throw new HttpError(405, "method not allowed");
    sendJson(response, 200, page(options.requests));
  } else if (api || plain) {
    if (request.method !== "POST") throw new HttpError(405, "method not allowed");
    const signal = disconnectSignal(response);
    const { raw, body } = await readJson(request, LIMITS);
    if (!isJsonObject(body)) throw new HttpError(400, "the body must be a JSON object");
    if (api) await options.answer({ api, raw, body, response, signal });
    else if (plain) sendJson(response, 200, plain(body));
  } else throw new HttpError(404, `unknown path ${path}`);
}

const PAGES = new Map<string, (requests: readonly RecordedRequest[]) => unknown>([
  ["/healthz", () => ({ ok: true, status: "live" })],
  ["/readyz", () => ({ ok: true, status: "ready" })],
  [
    "/v1/models",
    () => ({ object: "list", data: [{ id: MODEL_ID, object: "model", created: 0, owned_by: "gateway-qa" }] }),
  ],
  ["/debug/requests", (requests) => requests.slice(-DEBUG_REQUESTS)],
  ["/debug/last-request", (requests) => requests.at(-1) ?? null],
]);
