import { randomUUID } from "node:crypto";
import { type Injections, LATE_MS, noInjections } from "../base/border-faults.ts";
import { after } from "../base/timers.ts";
import type { Wakeups } from "../base/wakeups.ts";
import type { ChannelBus } from "./channel-bus.ts";
import { BARRIER, BOT_ID, BOT_NAME, DEFAULT_ACCOUNT, SEARCH_LIMIT } from "./defaults.ts";
import { EventLog } from "./event-log.ts";
import { BusFaults } from "./faults.ts";
import { checkInboundMessage, checkOutboundMessage } from "./input-check.ts";
import { matchesSearch } from "./search.ts";
import { parseTarget, type Target } from "./targets.ts";
import { sanitizeToolCalls } from "./tool-calls.ts";
import type {
  BusConversation,
  BusEvent,
  BusMessage,
  BusMessageEvent,
  BusSnapshot,
  BusThread,
  InboundMessageInput,
  MessageActionInput,
  OutboundMessageInput,
  PollInput,
  PollResult,
  SearchInput,
  ThreadInput,
  WaitInput,
  WaitMatch,
} from "./types.ts";
import { findWaitMatch, waitForMatch } from "./wait-match.ts";

/** How long a message waits for one that comes before it. */
const NEXT_WITHIN_MS = 2_000;

/**
 * State of the QA channel: people (the flow) put inbound messages in, the gateway polls them and
 * puts outbound messages and actions in. Everything handed out is a copy.
 */
export class QaBus implements ChannelBus {
  readonly wakeups: Wakeups;
  readonly faults = new BusFaults();
  readonly injections: Injections;
  /** Tell of a message that is held back. */
  #heldBack: (() => void)[] = [];
  readonly #log = new EventLog();
  #conversations = new Map<string, BusConversation>();
  #threads: BusThread[] = [];
  #messages: BusMessage[] = [];

  /** @param injections what goes wrong on purpose; default: nothing does */
  constructor(wakeups: Wakeups, injections: Injections = noInjections()) {
    this.wakeups = wakeups;
    this.injections = injections;
  }

  /** Forgets everything but the cursor, so that clients that poll go on from where they are. */
  reset(): void {
    this.#conversations.clear();
    this.#threads = [];
    this.#messages = [];
    this.#log.clear();
    this.faults.reset();
    this.wakeups.notify();
  }

  getSnapshot(): BusSnapshot {
    return structuredClone({
      cursor: this.#log.cursor,
      conversations: [...this.#conversations.values()],
      threads: this.#threads,
      messages: this.#messages,
      events: this.#log.events,
    });
  }

  /** Copies of the gateway's messages from the `sinceIndex`th on, oldest first. */
  outboundMessages(sinceIndex = 0): BusMessage[] {
    return structuredClone(
      this.#messages.filter(({ direction }) => direction === "outbound").slice(sinceIndex),
    );
  }

  /** @throws QaError `bad-argument` */
  addInboundMessage(input: InboundMessageInput): BusMessage {
    checkInboundMessage(input);
    const { id, kind, title } = input.conversation;
    return this.#addMessage({
      ...newMessage(input, { id, kind, title }),
      direction: "inbound",
      senderId: input.senderId,
      senderName: input.senderName,
      nativeCommand: input.nativeCommand && structuredClone(input.nativeCommand),
    });
  }

  /** @throws QaError `bad-argument`, or an Error when `to` is not a target */
  addOutboundMessage(input: OutboundMessageInput): BusMessage {
    checkOutboundMessage(input);
    const target = parseTarget(input.to);
    return this.#addMessage({
      ...newMessage(input, this.#conversationOf(target)),
      direction: "outbound",
      senderId: input.senderId ?? BOT_ID,
      senderName: input.senderName ?? (input.senderId === undefined ? BOT_NAME : undefined),
      threadId: input.threadId ?? target.threadId,
    });
  }

  createThread(input: ThreadInput): BusThread {
    const thread: BusThread = {
      id: `thread-${randomUUID()}`,
      accountId: input.accountId ?? DEFAULT_ACCOUNT,
      conversationId: input.conversationId,
      title: input.title,
      createdAt: Date.now(),
      createdBy: input.createdBy ?? BOT_ID,
    };
    this.#threads.push(thread);
    this.#remember(this.#conversationOf({ ...thread, kind: "channel", threadId: thread.id }));
    this.#log.append({ kind: "thread-created", accountId: thread.accountId, thread: { ...thread } });
    this.wakeups.notify();
    return { ...thread };
  }

  react(input: MessageActionInput & { emoji: string }): BusMessage {
    const message = this.#find(input);
    const senderId = input.senderId ?? BOT_ID;
    message.reactions.push({ emoji: input.emoji, senderId, timestamp: Date.now() });
    return this.#messageEvent("reaction-added", message, { emoji: input.emoji, senderId });
  }

  edit(input: MessageActionInput & { text: string }): BusMessage {
    const message = this.#find(input);
    message.text = input.text;
    message.editedAt = Date.now();
    return this.#messageEvent("message-edited", message, { senderId: input.senderId ?? BOT_ID });
  }

  delete(input: MessageActionInput): BusMessage {
    const message = this.#find(input);
    message.deleted = true;
    return this.#messageEvent("message-deleted", message, { senderId: input.senderId ?? BOT_ID });
  }

  /** @throws Error when the account has no such message */
  readMessage(input: MessageActionInput): BusMessage {
    return structuredClone(this.#find(input));
  }

  /** The last messages that match, oldest first. */
  searchMessages(input: SearchInput): BusMessage[] {
    const limit = Math.max(1, Math.min(input.limit ?? SEARCH_LIMIT.default, SEARCH_LIMIT.max));
    return structuredClone(this.#messages.filter((message) => matchesSearch(message, input)).slice(-limit));
  }

  /** What is new for the account, at once. @throws Error when `acknowledgedCursor` is past `cursor` */
  poll(input: PollInput): PollResult {
    return structuredClone(this.#log.read(input.accountId ?? DEFAULT_ACCOUNT, input));
  }

  /** The first event, message or thread that fits, among those already there or to come. */
  waitFor(input: WaitInput, signal?: AbortSignal): Promise<WaitMatch> {
    return waitForMatch(this, input, signal);
  }

  /** What `waitFor` would find now. */
  findMatch(input: WaitInput): WaitMatch | undefined {
    return structuredClone(
      findWaitMatch({ events: this.#log.events, messages: this.#messages, threads: this.#threads }, input),
    );
  }

  /** @returns the function that ends the subscription */
  subscribe(listener: (event: BusEvent) => void): () => void {
    return this.#log.subscribe(listener);
  }

  #addMessage(message: BusMessage): BusMessage {
    // JSON has no undefined: members that were not given are absent, here as on the wire.
    const stored = structuredClone(withoutUndefined(message));
    stored.conversation = this.#remember(stored.conversation);
    this.#messages.push(stored);
    if (stored.direction === "outbound") return this.#messageEvent("outbound-message", stored);
    return this.#deliver(stored);
  }

  /** Lets the gateway have a message, unless something is to go wrong with it. */
  #deliver(message: BusMessage): BusMessage {
    const tell = () => this.#messageEvent("inbound-message", message);
    if (message.conversation.id === BARRIER) return tell();
    const fault = this.injections.pass("message");
    if (fault === "channel.late" || fault === "channel.out-of-order") {
      const isLate = fault === "channel.late";
      let isOver = false;
      const end = () => {
        if (isOver) return;
        isOver = true;
        cancel();
        tell();
      };
      const cancel = after(isLate ? LATE_MS : NEXT_WITHIN_MS, () => {
        // There is no message that could come before it.
        if (!isLate) this.injections.miss(fault);
        end();
      });
      if (!isLate) this.#heldBack.push(end);
      return structuredClone(message);
    }
    const told = tell();
    if (fault === "channel.twice") tell();
    for (const tellEarlier of this.#heldBack.splice(0)) tellEarlier();
    return told;
  }

  #messageEvent(
    kind: BusMessageEvent["kind"],
    message: BusMessage,
    more: { emoji?: string; senderId?: string } = {},
  ): BusMessage {
    // The event keeps the message as it was then; later edits do not rewrite history.
    this.#log.append({ kind, accountId: message.accountId, message: structuredClone(message), ...more });
    this.wakeups.notify();
    return structuredClone(message);
  }

  /** A thread's target does not say whether its room is a channel or a group: the bus may know it. */
  #conversationOf({ conversationId: id, kind, threadId }: Target): BusConversation {
    const group = this.#conversations.get(`group:${id}`);
    return threadId !== undefined && group ? group : { id, kind };
  }

  /** Keeps the conversation, with what was known of it before. */
  #remember(conversation: BusConversation): BusConversation {
    const key = `${conversation.kind}:${conversation.id}`;
    const merged = { ...this.#conversations.get(key), ...withoutUndefined(conversation) };
    this.#conversations.set(key, merged);
    return { ...merged };
  }

  #find({ accountId = DEFAULT_ACCOUNT, messageId }: MessageActionInput): BusMessage {
    const message = this.#messages.find(({ id }) => id === messageId);
    if (message?.accountId !== accountId) throw new Error(`qa-bus message not found: ${messageId}`);
    return message;
  }
}

/** The members that inbound and outbound messages fill in the same way. */
function newMessage(
  input: Omit<InboundMessageInput, "conversation" | "senderId"> | Omit<OutboundMessageInput, "to">,
  conversation: BusConversation,
): Omit<BusMessage, "direction" | "senderId"> {
  return {
    id: randomUUID(),
    accountId: input.accountId ?? DEFAULT_ACCOUNT,
    conversation,
    text: input.text,
    timestamp: input.timestamp ?? Date.now(),
    threadId: input.threadId,
    threadTitle: input.threadTitle,
    replyToId: input.replyToId,
    attachments: (input.attachments ?? []).map((attachment) => ({
      ...attachment,
      id: attachment.id ?? randomUUID(),
    })),
    toolCalls: input.toolCalls && sanitizeToolCalls(input.toolCalls),
    reactions: [],
  };
}

function withoutUndefined<T extends object>(value: T): T {
  return Object.fromEntries(Object.entries(value).filter(([, member]) => member !== undefined)) as T;
}
