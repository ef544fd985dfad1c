import type { ServerResponse } from "node:http";
import { errorMessage } from "../base/errors.ts";
import { isJsonObject, type JsonObject } from "../base/json.ts";
import type { Teardown } from "../base/teardown.ts";
import { HttpError, sendJson } from "../http/json.ts";
import {
  type Call,
  type LocalServer,
  type LocalServerOptions,
  type Route,
  serveLocally,
} from "../http/local-server.ts";
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

const APIS: Readonly<Record<string, ModelApi>> = {
  "/v1/chat/completions": chatCompletions,
  "/v1/responses": responses,
};

/** APIs that are not conversations: they are neither scripted nor recorded. */
const PLAIN_APIS: Readonly<Record<string, (body: JsonObject) => JsonObject>> = {
  "/v1/embeddings": embeddings,
  "/v1/images/generations": imageGeneration,
};

const PAGES: Readonly<Record<string, (requests: readonly RecordedRequest[]) => unknown>> = {
  "/healthz": () => ({ ok: true, status: "live" }),
  "/readyz": () => ({ ok: true, status: "ready" }),
  "/v1/models": () => ({
    object: "list",
    data: [{ id: MODEL_ID, object: "model", created: 0, owned_by: "gateway-qa" }],
  }),
  "/debug/requests": (requests) => requests.slice(-DEBUG_REQUESTS),
  "/debug/last-request": (requests) => requests.at(-1) ?? null,
};

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
  onUnknown?: LocalServerOptions["onUnknown"];
}

/** Serves the model APIs and the debug pages on a random loopback port. */
export function serveModel({
  teardown,
  requests,
  answer,
  onUnknown,
}: ModelServerOptions): Promise<LocalServer> {
  const routes = new Map<string, Route>();
  for (const [path, page] of Object.entries(PAGES)) routes.set(path, { read: () => page(requests) });
  for (const [path, api] of Object.entries(APIS)) {
    routes.set(
      path,
      asking((call) => answer({ api, ...call })),
    );
  }
  for (const [path, api] of Object.entries(PLAIN_APIS)) {
    routes.set(
      path,
      asking(async ({ body, response }) => sendJson(response, 200, api(body))),
    );
  }
  return serveLocally({
    name: "scripted model",
    teardown,
    routes,
    onUnknown,
    refusal(error) {
      const status = error instanceof HttpError ? error.status : 500;
      return { status, body: apiError(status, errorMessage(error)) };
    },
  });
}

function asking(handle: (call: Call & { body: JsonObject }) => Promise<void>): Route {
  return {
    limits: LIMITS,
    async handle({ body, ...call }) {
      if (!isJsonObject(body)) throw new HttpError(400, "the body must be a JSON object");
      await handle({ ...call, body });
    },
  };
}
