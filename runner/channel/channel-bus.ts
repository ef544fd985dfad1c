import type { Wakeups } from "../base/wakeups.ts";
import type {
  BusMessage,
  BusSnapshot,
  BusThread,
  InboundMessageInput,
  MessageActionInput,
  OutboundMessageInput,
  SearchInput,
  ThreadInput,
  WaitInput,
  WaitMatch,
} from "./types.ts";

/** The QA channel as scenarios reach it. Everything handed out is a copy. */
export interface ChannelBus {
  readonly wakeups: Wakeups;
  reset(): void;
  getSnapshot(): BusSnapshot;
  /** The gateway's messages, oldest first; `sinceIndex` counts them from 0. */
  outboundMessages(sinceIndex?: number): BusMessage[];
  addInboundMessage(input: InboundMessageInput): BusMessage;
  addOutboundMessage(input: OutboundMessageInput): BusMessage;
  createThread(input: ThreadInput): BusThread;
  react(input: MessageActionInput & { emoji: string }): BusMessage;
  edit(input: MessageActionInput & { text: string }): BusMessage;
  delete(input: MessageActionInput): BusMessage;
  readMessage(input: MessageActionInput): BusMessage;
  searchMessages(input: SearchInput): BusMessage[];
  waitFor(input: WaitInput, signal?: AbortSignal): Promise<WaitMatch>;
}
