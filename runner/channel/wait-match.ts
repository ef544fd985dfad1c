import { waitForCondition } from "../base/waits.ts";
import type { Wakeups } from "../base/wakeups.ts";
import { DEFAULT_ACCOUNT } from "./defaults.ts";
import type { BusEvent, BusMessage, BusThread, WaitInput, WaitMatch } from "./types.ts";

const WAIT_MS = 15_000;

interface Stock {
  events: readonly BusEvent[];
  messages: readonly BusMessage[];
  threads: readonly BusThread[];
}

/** The oldest event, message or thread of the account that fits. */
export function findWaitMatch(stock: Stock, input: WaitInput): WaitMatch | undefined {
  const accountId = input.accountId ?? DEFAULT_ACCOUNT;
  switch (input.kind) {
    case "event-kind":
      return stock.events.find((event) => event.accountId === accountId && event.kind === input.eventKind);
    case "message-text":
      return stock.messages.find(
        (message) =>
          message.accountId === accountId &&
          message.text.includes(input.textIncludes) &&
          (input.direction === undefined || message.direction === input.direction),
      );
    case "thread-id":
      return stock.threads.find((thread) => thread.accountId === accountId && thread.id === input.threadId);
  }
}

/** What a wait needs of the bus. */
interface Searched {
  readonly wakeups: Wakeups;
  findMatch(input: WaitInput): WaitMatch | undefined;
}

/** `findWaitMatch` on the bus, held until there is one. @throws QaError `wait-timeout` */
export function waitForMatch(bus: Searched, input: WaitInput, signal?: AbortSignal): Promise<WaitMatch> {
  return waitForCondition(bus.wakeups, () => bus.findMatch(input), {
    timeoutMs: input.timeoutMs ?? WAIT_MS,
    what: describe(input),
    signal,
  });
}

function describe(input: WaitInput): string {
  switch (input.kind) {
    case "event-kind":
      return `the bus event ${input.eventKind}`;
    case "message-text":
      return `${input.direction ?? "a"} message with ${JSON.stringify(input.textIncludes)}`;
    case "thread-id":
      return `the thread ${input.threadId}`;
  }
}
