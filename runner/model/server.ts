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
import type { Failure, ModelApi } from "./api/api.ts";
import { chatCompletions } from "./api/chat-completions.ts";
import { messages } from "./api/messages.ts";
import { responses } from "./api/responses.ts";
import { openAiFailure } from "./api/values.ts";
import { embeddings } from "./embeddings.ts";
import { imageGeneration } from "./images.ts";
import type { RecordedRequest } from "./recorder.ts";

const LIMITS = { maxBytes: 16 * 1024 * 1024, timeoutMs: 30_000 };
const DEBUG_REQUESTS = 200;
const DEBUG_IMAGES = 20;
const MODEL_ID = "mock-1";

const APIS: Readonly<Record<string, ModelApi>> = {
  "/v1/chat/completions": chatCompletions,
  "/v1/responses": responses,
  "/v1/messages": messages,
};

/** What the model was asked so far. */
export interface ModelRecords {
  /** Oldest first. */
  readonly requests: RecordedRequest[];
  /** Requests for pictures: their bodies, oldest first. */
  readonly images: JsonObject[];
}

/** APIs that are not conversations: they are not scripted, and only requests for pictures are recorded. */
const PLAIN_APIS: Readonly<Record<string, (body: JsonObject, records: ModelRecords) => JsonObject>> = {
  "/v1/embeddings": embeddings,
  "/v1/images/generations"(body, { images }) {
    images.push(body);
    return imageGeneration(body);
  },
};

type Page = (records: ModelRecords, query: URLSearchParams) => unknown;

/** The pages below `/debug` are those that upstream's scenarios read. */
const PAGES: Readonly<Record<string, Page>> = {
  "/healthz": () => ({ ok: true, status: "live" }),
  "/readyz": () => ({ ok: true, status: "ready" }),
  "/v1/models": () => ({
    object: "list",
    data: [{ id: MODEL_ID, object: "model", created: 0, owned_by: "gateway-qa" }],
  }),
  "/debug/requests": ({ requests }, query) =>
    requests.slice(Number(query.get("after")) || 0).slice(-DEBUG_REQUESTS),
  /** What `?after=` takes to leave out all that came so far. */
  "/debug/request-cursor": ({ requests }) => ({ cursor: requests.length }),
  "/debug/last-request": ({ requests }) => requests.at(-1) ?? null,
  "/debug/image-generations": ({ images }) => images.slice(-DEBUG_IMAGES),
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
  records: ModelRecords;
  answer(call: ModelCall): Promise<void>;
  onUnknown?: LocalServerOptions["onUnknown"];
}

/** Serves the model APIs and the debug pages on a random loopback port. */
export function serveModel({
  teardown,
  records,
  answer,
  onUnknown,
}: ModelServerOptions): Promise<LocalServer> {
  const routes = new Map<string, Route>();
  for (const [path, page] of Object.entries(PAGES))
    routes.set(path, { read: (query) => page(records, query) });
  for (const [path, api] of Object.entries(APIS)) {
    routes.set(
      path,
      asking((call) => answer({ api, ...call }).catch((error) => refuse(error, api, call))),
    );
  }
  for (const [path, api] of Object.entries(PLAIN_APIS)) {
    routes.set(
      path,
      asking(async ({ body, response }) => sendJson(response, 200, api(body, records))),
    );
  }
  return serveLocally({
    name: "scripted model",
    teardown,
    routes,
    onUnknown,
    refusal(error) {
      const failure = failureOf(error);
      return { status: failure.status, body: openAiFailure(failure) };
    },
  });
}

/** Each API has its own form for errors. */
function refuse(error: unknown, api: ModelApi, { response }: Call): void {
  const failure = failureOf(error);
  sendJson(response, failure.status, api.failure(failure));
}

function failureOf(error: unknown): Failure {
  return { status: error instanceof HttpError ? error.status : 500, message: errorMessage(error) };
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
