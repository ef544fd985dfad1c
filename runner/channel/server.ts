import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import { errorMessage } from "../base/errors.ts";
import type { Teardown } from "../base/teardown.ts";
import { disconnectSignal, HttpError, readJson, sendJson } from "../http/json.ts";
import { listenOnLoopback } from "../http/listen.ts";
import { BodyChecker } from "./body-check.ts";
import type { QaBus } from "./bus.ts";
import { ENDPOINTS } from "./endpoints.ts";

const BODY_TIMEOUT_MS = 5_000;
const OUTBOUND = "/v1/outbound/message";

const READS = new Map<string, (bus: QaBus) => unknown>([
  ["/health", () => ({ ok: true })],
  ["/readyz", () => ({ ok: true })],
  ["/v1/state", (bus) => bus.getSnapshot()],
]);

/** Serves the bus over HTTP on a random loopback port, until teardown. */
export async function serveBus(bus: QaBus, teardown: Teardown): Promise<{ url: string }> {
  const checker = new BodyChecker();
  const server = createServer((request, response) => {
    answer(bus, checker, request, response).catch((error: unknown) => {
      // Upstream's clients know only 400 for a request that cannot be fulfilled.
      sendJson(response, error instanceof HttpError ? error.status : 400, { error: errorMessage(error) });
    });
  });
  return { url: await listenOnLoopback(server, "QA bus", teardown) };
}

async function answer(
  bus: QaBus,
  checker: BodyChecker,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const [path = "/"] = (request.url ?? "/").split("?");
  const read = READS.get(path);
  if (read) {
    // HEAD is what readiness probes send; node omits the body on its own.
    if (request.method !== "GET" && request.method !== "HEAD") throw new HttpError(405, "method not allowed");
    sendJson(response, 200, read(bus));
    return;
  }
  const endpoint = ENDPOINTS.get(path);
  if (!endpoint) throw new HttpError(404, "not found");
  if (request.method !== "POST") throw new HttpError(405, "method not allowed");
  const signal = disconnectSignal(response);
  const { body } = await readJson(request, { maxBytes: endpoint.maxBytes, timeoutMs: BODY_TIMEOUT_MS });
  await checker.check(endpoint.body, body);
  const failure = endpoint.fallible ? bus.faults.takeFailure() : undefined;
  if (failure !== undefined) throw new HttpError(failure, "refused on purpose");
  const result = await endpoint.handle(bus, body as never, signal);
  if (path === OUTBOUND && bus.faults.takeDroppedResponse()) response.destroy();
  else sendJson(response, 200, result);
}
