import type { QaBus } from "./bus.ts";
import { longPoll } from "./long-poll.ts";
import type { Bodies, BodyName } from "./schemas.ts";

const MIB = 1024 * 1024;

export interface Endpoint {
  /** Schema the body is checked against before `handle` sees it. */
  body: BodyName;
  maxBytes: number;
  /** Can be made to fail with `bus.faults.failNext`. */
  fallible: boolean;
  handle(bus: QaBus, input: never, signal: AbortSignal): unknown;
}

function endpoint<Name extends BodyName>(
  body: Name,
  handle: (bus: QaBus, input: Bodies[Name], signal: AbortSignal) => unknown,
  options: { maxBytes?: number; fallible?: boolean } = {},
): Endpoint {
  return { body, handle, maxBytes: options.maxBytes ?? MIB, fallible: options.fallible ?? false };
}

const ACTION = { fallible: true };

/** Everything that is asked with POST. */
export const ENDPOINTS: ReadonlyMap<string, Endpoint> = new Map([
  [
    "/v1/reset",
    endpoint("none", (bus) => {
      bus.reset();
      return bus.getSnapshot();
    }),
  ],
  [
    "/v1/inbound/message",
    endpoint("inbound", (bus, input) => ({ message: bus.addInboundMessage(input) }), {
      maxBytes: 16 * MIB,
    }),
  ],
  [
    "/v1/outbound/message",
    endpoint("outbound", (bus, input) => ({ message: bus.addOutboundMessage(input) }), {
      maxBytes: 16 * MIB,
      fallible: true,
    }),
  ],
  [
    "/v1/actions/thread-create",
    endpoint("thread", (bus, input) => ({ thread: bus.createThread(input) }), ACTION),
  ],
  ["/v1/actions/react", endpoint("react", (bus, input) => ({ message: bus.react(input) }), ACTION)],
  ["/v1/actions/edit", endpoint("edit", (bus, input) => ({ message: bus.edit(input) }), ACTION)],
  ["/v1/actions/delete", endpoint("message", (bus, input) => ({ message: bus.delete(input) }), ACTION)],
  ["/v1/actions/read", endpoint("message", (bus, input) => ({ message: bus.readMessage(input) }), ACTION)],
  [
    "/v1/actions/search",
    endpoint("search", (bus, input) => ({ messages: bus.searchMessages(input) }), ACTION),
  ],
  ["/v1/poll", endpoint("poll", (bus, input, signal) => longPoll(bus, input, signal))],
  ["/v1/wait", endpoint("wait", async (bus, input, signal) => ({ match: await bus.waitFor(input, signal) }))],
]);
