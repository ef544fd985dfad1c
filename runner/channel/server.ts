import { errorMessage } from "../base/errors.ts";
import { isJsonObject } from "../base/json.ts";
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
import { BARRIER } from "./defaults.ts";
import { ENDPOINTS, type Endpoint } from "./endpoints.ts";
import { parseTarget } from "./targets.ts";
import type { PollResult } from "./types.ts";

const BODY_TIMEOUT_MS = 5_000;
const OUTBOUND = "/v1/outbound/message";
const POLL = "/v1/poll";

export interface BusServerOptions extends Pick<LocalServerOptions, "onUnknown"> {
  /** What `/api/bootstrap` says, where upstream's scenarios look for the gateway's own page; absent: there is no such path. */
  bootstrap?: (() => unknown) | undefined;
}

/** Serves the bus over HTTP on a random loopback port, until teardown. */
export function serveBus(
  bus: QaBus,
  teardown: Teardown,
  { onUnknown, bootstrap }: BusServerOptions = {},
): Promise<LocalServer> {
  const routes = new Map<string, Route>([
    ["/health", { read: () => ({ ok: true }) }],
    ["/readyz", { read: () => ({ ok: true }) }],
    ["/v1/state", { read: () => bus.getSnapshot() }],
  ]);
  if (bootstrap) routes.set("/api/bootstrap", { read: bootstrap });
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
  const fault = path === OUTBOUND && !isBarrier(body) ? bus.injections.pass("send") : undefined;
  if (fault === "channel.refused-send") throw new HttpError(503, "refused on purpose");
  const result = await endpoint.handle(bus, body as never, signal);
  const isLost =
    path === OUTBOUND
      ? bus.faults.takeDroppedResponse() || fault === "channel.lost-answer"
      : path === POLL && hasMessage(result) && bus.injections.pass("poll") !== undefined;
  if (isLost) response.destroy();
  else sendJson(response, 200, result);
}

/** What a gateway sends there says nothing of the scenario. */
function isBarrier(body: unknown): boolean {
  return isJsonObject(body) && typeof body.to === "string" && parseTarget(body.to).conversationId === BARRIER;
}

function hasMessage(result: unknown): boolean {
  const { events } = result as PollResult;
  return events.some(
    (event) => event.kind === "inbound-message" && event.message.conversation.id !== BARRIER,
  );
}
