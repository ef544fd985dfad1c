import type { QaBus } from "./bus.ts";
import { longPoll } from "./long-poll.ts";
import type { BodyName } from "./schemas.ts";
import type {
  InboundMessageInput,
  MessageActionInput,
  OutboundMessageInput,
  PollInput,
  SearchInput,
  ThreadInput,
  WaitInput,
} from "./types.ts";

const MIB = 1024 * 1024;

export interface Endpoint {
  /** Schema the body is checked against before `handle` sees it. */
  body: BodyName;
  maxBytes: number;
  /** Can be made to fail with `bus.faults.failNext`. */
  fallible: boolean;
  handle(bus: QaBus, input: never, signal: AbortSignal): unknown;
}

function endpoint<Input>(
  body: BodyName,
  handle: (bus: QaBus, input: Input, signal: AbortSignal) => unknown,
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
    endpoint("inbound", (bus, input: InboundMessageInput) => ({ message: bus.addInboundMessage(input) }), {
      maxBytes: 16 * MIB,
    }),
  ],
  [
    "/v1/outbound/message",
    endpoint("outbound", (bus, input: OutboundMessageInput) => ({ message: bus.addOutboundMessage(input) }), {
      maxBytes: 16 * MIB,
      fallible: true,
    }),
  ],
  [
    "/v1/actions/thread-create",
    endpoint("thread", (bus, input: ThreadInput) => ({ thread: bus.createThread(input) }), ACTION),
  ],
  [
    "/v1/actions/react",
    endpoint(
      "react",
      (bus, input: MessageActionInput & { emoji: string }) => ({ message: bus.react(input) }),
      ACTION,
    ),
  ],
  [
    "/v1/actions/edit",
    endpoint(
      "edit",
      (bus, input: MessageActionInput & { text: string }) => ({ message: bus.edit(input) }),
      ACTION,
    ),
  ],
  [
    "/v1/actions/delete",
    endpoint("message", (bus, input: MessageActionInput) => ({ message: bus.delete(input) }), ACTION),
  ],
  [
    "/v1/actions/read",
    endpoint("message", (bus, input: MessageActionInput) => ({ message: bus.readMessage(input) }), ACTION),
  ],
  [
    "/v1/actions/search",
    endpoint("search", (bus, input: SearchInput) => ({ messages: bus.searchMessages(input) }), ACTION),
  ],
  ["/v1/poll", endpoint("poll", (bus, input: PollInput, signal) => longPoll(bus, input, signal))],
  [
    "/v1/wait",
    endpoint("wait", async (bus, input: WaitInput, signal) => ({ match: await bus.waitFor(input, signal) })),
  ],
]);
