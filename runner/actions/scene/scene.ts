import type { ChannelBus } from "../../channel/channel-bus.ts";
import { BARRIER } from "../../channel/defaults.ts";
import type { BusMessage } from "../../channel/types.ts";
import type { LaterCheck } from "../../flow/run/host.ts";
import type { Effect } from "../../flow/vocabulary.ts";
import type { DrivenGateway, GatewayIdentity } from "../../gateway/gateway.ts";
import type { HttpFakes, HttpRequest } from "../../http/fakes.ts";
import type { AgentModel } from "../../model/agent-model.ts";
import type { RecordedRequest } from "../../model/recorder.ts";
import { Outage } from "./outage.ts";

/** Reloads that `expectReload` no longer takes; those that were expected are taken as `reload`. */
export const NEXT_RELOAD = "next reload";

interface SceneOptions {
  gateway: DrivenGateway;
  bus: Pick<ChannelBus, "outboundMessages">;
  model: AgentModel | undefined;
  http?: HttpFakes | undefined;
}

/** An edit of the config file that the gateway may not have noticed yet. */
export interface HandEdit {
  /** Line of the log from which on something may be said of it. */
  line: number;
  /** The process before it. */
  before: GatewayIdentity | undefined;
}

/** A message of the gateway's and its place among all of them. */
export interface Said {
  index: number;
  message: BusMessage;
}

/**
 * What has happened since a scenario began, as its statements look at it: they count from the beginning, from the last
 * statement that acted, or from the beginning of their step, and each event that one has taken is gone for the next.
 */
export class Scene {
  readonly outage = new Outage();
  /** Set as long as it is not known that the gateway has taken it. */
  handEdit: HandEdit | undefined;
  readonly #options: SceneOptions;
  readonly #session = `qa-${crypto.randomUUID().slice(0, 8)}`;
  readonly #taken = new Set<string>();
  readonly #numbers = new Map<string, number>();
  #openedAt: number | undefined;
  #firstMessage = 0;
  #firstRequest = 0;
  #firstLog = 0;
  /** Where the next reply is looked for. */
  #replyFrom = 0;
  #conversation: string | undefined;
  /** The statement that wrote last has waited for its reply itself. */
  #asked = false;
  /** Conversations in which someone spoke whose reply nothing has waited for. */
  readonly #leftOpen = new Set<string>();
  /** The line of the log from which on reloads are due to the last change. */
  #changeLine = 0;
  #changes = 0;
  /** The reload that the last statement which acted has itself waited for. */
  #awaited: number | undefined;
  readonly #unchanged: number[] = [];
  #before: GatewayIdentity | undefined;
  #atStep: GatewayIdentity | undefined;
  /** The process that answered last when one was asked who it is. */
  #seen: GatewayIdentity | undefined;
  #seenAtStep: GatewayIdentity | undefined;
  /** The process that a restart is to replace, where one before it is past. */
  #restartFrom: GatewayIdentity | undefined;
  /** Where the step begins among all messages, requests to the model and to fakes, and lines of the log. */
  #step = { message: 0, request: 0, line: 0, http: 0 };
  #stepAt = 0;
  #later: LaterCheck[] = [];
  #notes: string[] = [];

  constructor(options: SceneOptions) {
    this.#options = options;
  }

  /** The session that turns share which do not name one. */
  get session(): string {
    return this.#session;
  }

  /** When it began to count, in milliseconds since the epoch. */
  get openedAt(): number {
    return this.#openedAt ?? 0;
  }

  /** Begins to count, with the first step. */
  open(): void {
    if (this.#openedAt !== undefined) return;
    this.#openedAt = Date.now();
    const { gateway, bus, model } = this.#options;
    if (gateway.capabilities.has("qa-channel")) this.#firstMessage = bus.outboundMessages().length;
    this.#firstRequest = model?.requests.length ?? 0;
    this.#firstLog = this.#markLog();
    this.#replyFrom = this.#firstMessage;
  }

  /** Called before a statement that acts: what comes next is due to it. */
  async acting(effect: Effect, identify: () => Promise<GatewayIdentity>): Promise<void> {
    if (this.#awaited !== undefined) this.take(NEXT_RELOAD, this.#awaited);
    this.#awaited = undefined;
    // So is a restart that something has waited for or seen the end of; one that is still to come stays due.
    const from = this.restartFrom;
    if (this.#seen && from && this.#seen.bootId !== from.bootId) this.#restartFrom = this.#seen;
    if (effect === "converses") this.#replyFrom = this.#options.bus.outboundMessages().length;
    if (effect !== "writes") return;
    this.#changes += 1;
    this.#changeLine = this.#lines;
    this.#before = await identify();
    this.#restartFrom = undefined;
  }

  /** A process has said who it is. */
  saw(process: GatewayIdentity): void {
    this.#seen = process;
  }

  /** Called before each step. */
  stepBegins(): void {
    this.#seenAtStep = this.#seen;
  }

  /** Whether a process was there before the step began. */
  wasThere({ bootId }: GatewayIdentity): boolean {
    return this.#seenAtStep?.bootId === bootId;
  }

  /** Called before a step that says what must not happen in it. */
  async stepStarted(identify: () => Promise<GatewayIdentity>): Promise<void> {
    const { gateway, bus, model, http } = this.#options;
    this.#atStep = await identify();
    this.#stepAt = Date.now();
    this.#step = {
      message: gateway.capabilities.has("qa-channel") ? bus.outboundMessages().length : 0,
      request: model?.requests.length ?? 0,
      line: this.#lines,
      http: http?.requests.length ?? 0,
    };
  }

  /** Whether a message, a request to the model or to a fake, or a line of the log is of this step. */
  isOfStep(kind: "message" | "request" | "line" | "http", index: number): boolean {
    return index >= this.#step[kind];
  }

  /**
   * Someone wrote here last: the next reply is one in this conversation.
   * @returns whether it may hold replies to something else that was said there before
   */
  spokeIn(conversation: string, { waits }: { waits: boolean }): boolean {
    this.#conversation = conversation;
    const isShared = this.#leftOpen.has(conversation);
    this.#asked = waits;
    if (!waits) this.#leftOpen.add(conversation);
    return isShared;
  }

  /** Whether the statement that wrote last has waited for its reply itself, as `ask` does. */
  get hasAsked(): boolean {
    return this.#asked;
  }

  /** Called when the statement that acts has edited the config file by hand. */
  editedByHand(): void {
    this.handEdit = { line: this.#changeLine, before: this.#before };
  }

  /** How many statements have changed something. */
  get changes(): number {
    return this.#changes;
  }

  /** The statement that acts waits for this reload itself; `expectReload` may still take it, until another one acts. */
  awaited(reload: number): void {
    this.#awaited = reload;
  }

  /**
   * The statement that acts was to change the config, and nothing was to be changed: no line of the log says so.
   * @returns the number of what counts as the reload, between the lines of the log
   */
  changedNothing(): number {
    const index = this.#lines + 1 - 1 / (this.#changes + 1);
    this.#unchanged.push(index);
    return index;
  }

  /** Numbers of the changes that changed nothing. */
  get unchanged(): readonly number[] {
    return this.#unchanged;
  }

  /** Those since the last statement that changed something. */
  get unchangedSinceChange(): readonly number[] {
    return this.#unchanged.filter((index) => index >= this.#changeLine);
  }

  /** The process before the last statement that changed something. */
  get before(): GatewayIdentity | undefined {
    return this.#before;
  }

  /** The process that the next restart replaces; undefined where nothing says which. */
  get restartFrom(): GatewayIdentity | undefined {
    return this.#restartFrom ?? this.#before ?? this.#atStep;
  }

  /** Whether a restart was past before the last statement acted. */
  get hasPastRestart(): boolean {
    return this.#restartFrom !== undefined;
  }

  /** The process at the beginning of the step. */
  get atStep(): GatewayIdentity | undefined {
    return this.#atStep;
  }

  /** When the step began, in milliseconds since the epoch. */
  get stepAt(): number {
    return this.#stepAt;
  }

  /** A restart was seen: the next one is one of this process. */
  restarted(now: GatewayIdentity): void {
    this.#before = now;
    this.#restartFrom = undefined;
  }

  /** The gateway's messages since the scenario began. */
  get messages(): Said[] {
    return this.#since(this.#firstMessage);
  }

  /** Those since someone last wrote, in the conversation where that was. */
  get replies(): Said[] {
    return this.messagesHere.filter(({ index }) => index >= this.#replyFrom);
  }

  /** Those in the conversation where someone wrote last. */
  get messagesHere(): Said[] {
    const conversation = this.#conversation;
    return this.messages.filter(
      ({ message }) => conversation === undefined || message.conversation.id === conversation,
    );
  }

  get requests(): { index: number; request: RecordedRequest }[] {
    const requests = this.#options.model?.requests ?? [];
    return requests
      .slice(this.#firstRequest)
      .map((request, index) => ({ index: this.#firstRequest + index, request }));
  }

  /** Requests to the scenario's fakes. */
  get httpRequests(): { index: number; request: HttpRequest }[] {
    return (this.#options.http?.requests ?? []).map((request, index) => ({ index, request }));
  }

  get logLines(): { index: number; line: string }[] {
    return linesOf(this.#log());
  }

  /** Also those from before the scenario began, with numbers below 0. */
  get allLogLines(): { index: number; line: string }[] {
    const all = this.#options.gateway.logs();
    const before = all.slice(0, all.length - this.#log().length).split("\n").length - 1;
    return linesOf(all).map(({ index, line }) => ({ index: index - before, line }));
  }

  /** Lines of the log since the last statement that changed something. */
  get linesSinceChange(): { index: number; line: string }[] {
    return this.logLines.filter(({ index }) => index >= this.#changeLine);
  }

  /** Whether an event is left. */
  isFree(kind: string, index: number): boolean {
    return !this.#taken.has(`${kind} ${index}`);
  }

  /** The number of an event of which only a name of its own is known. */
  numberOf(name: string): number {
    const number = this.#numbers.get(name) ?? this.#numbers.size;
    this.#numbers.set(name, number);
    return number;
  }

  /** An event is taken by a statement, and gone for later ones. */
  take(kind: string, index: number): void {
    this.#taken.add(`${kind} ${index}`);
  }

  /** Something must still hold later on. */
  later(check: LaterCheck): void {
    this.#later.push(check);
  }

  /** What the statement that just ran wants to be looked at again. */
  takeLater(): LaterCheck[] {
    const later = this.#later;
    this.#later = [];
    return later;
  }

  /** For the step's details in the report: how something was told that a gateway does not say itself. */
  note(text: string): void {
    this.#notes.push(text);
  }

  /** What the statement that just ran has noted. */
  takeNotes(): string[] {
    const notes = this.#notes;
    this.#notes = [];
    return notes;
  }

  #since(first: number): Said[] {
    return this.#options.bus
      .outboundMessages(first)
      .map((message, index) => ({ index: first + index, message }))
      .filter(({ message }) => message.conversation.id !== BARRIER);
  }

  /** The log since the scenario began. */
  #log(): string {
    return this.#options.gateway.readLogsSince(this.#firstLog);
  }

  /** How many lines it has. */
  get #lines(): number {
    return this.#options.gateway.capabilities.has("logs") ? this.#log().split("\n").length - 1 : 0;
  }

  #markLog(): number {
    const { gateway } = this.#options;
    return gateway.capabilities.has("logs") ? gateway.markLogs() : 0;
  }
}

function linesOf(text: string): { index: number; line: string }[] {
  return text.split("\n").flatMap((line, index) => (line.trim() === "" ? [] : [{ index, line }]));
}
