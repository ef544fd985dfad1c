import { errorMessage } from "../base/errors.ts";
import type { Teardown } from "../base/teardown.ts";
import { HttpError, sendJson } from "../http/json.ts";
import {
  type Call,
  type LocalServer,
  type LocalServerOptions,
  type Route,
  serveLocally,
} from "../http/local-server.ts";
import { checkBody } from "./body-check.ts";
import type { QaBus } from "./bus.ts";
import { ENDPOINTS, type Endpoint } from "./endpoints.ts";

const BODY_TIMEOUT_MS = 5_000;
const OUTBOUND = "/v1/outbound/message";

/** Serves the bus over HTTP on a random loopback port, until teardown. */
export function serveBus(
  bus: QaBus,
  teardown: Teardown,
  onUnknown?: LocalServerOptions["onUnknown"],
): Promise<LocalServer> {
  const routes = new Map<string, Route>([
    ["/health", { read: () => ({ ok: true }) }],
    ["/readyz", { read: () => ({ ok: true }) }],
    ["/v1/state", { read: () => bus.getSnapshot() }],
  ]);
  for (const [path, endpoint] of ENDPOINTS) {
    routes.set(path, {
      limits: { maxBytes: endpoint.maxBytes, timeoutMs: BODY_TIMEOUT_MS },
      handle: (call) => answer(bus, path, endpoint, call),
    });
  }
  return serveLocally({
    name: "QA bus",
    teardown,
    routes,
    onUnknown,
    refusal: (error) => ({
      // Upstream's clients know only 400 for a request that cannot be fulfilled.
      status: error instanceof HttpError ? error.status : 400,
      body: { error: errorMessage(error) },
    }),
  });
}

async function answer(
  bus: QaBus,
  path: string,
  endpoint: Endpoint,
  { body, response, signal }: Call,
): Promise<void> {
  checkBody(endpoint.body, body);
  const failure = endpoint.fallible ? bus.faults.takeFailure() : undefined;
  if (failure !== undefined) throw new HttpError(failure, "refused on purpose");
  const result = await endpoint.handle(bus, body as never, signal);
  if (path === OUTBOUND && bus.faults.takeDroppedResponse()) response.destroy();
  else sendJson(response, 200, result);
}
