import { readFile } from "node:fs/promises";
import { errorMessage } from "../../base/errors.ts";
import { every } from "../../base/timers.ts";
import { BARRIER } from "../../channel/defaults.ts";
import { formatTarget } from "../../channel/targets.ts";
import type { BusEvent } from "../../channel/types.ts";
import type { ModelAnswer } from "../../model/answer.ts";
import type { RecordedRequest } from "../../model/recorder.ts";
import type { RecordEvent } from "../../report/events.ts";
import type { OpenReport } from "../../report/open.ts";
import type { Position } from "../../scenario/source/source.ts";
import type { Testbed } from "../testbed/testbed.ts";
import { Budget } from "./budget.ts";
import { Calls } from "./calls.ts";
import { sampleOf } from "./processes.ts";
import { callText, Prompts } from "./prompt.ts";
import { KnownState } from "./state.ts";

const SAMPLE_MS = 1_000;
/** Two samples that are nearer to each other say the same. */
const SAMPLES_APART_MS = 200;
/** Of a scenario's file; a longer one is not a test plan. */
const LONGEST_SOURCE = 256 * 1024;

type WithoutContext<Event> = Event extends RecordEvent ? Omit<Event, "at" | "scenarioId"> : never;

export interface RecorderOptions {
  scenarioId: string;
  /** Text of its file. */
  source: string;
  testbed: Testbed;
  /** Of the process that its flow runs in. */
  pid: number | undefined;
  events: Pick<OpenReport, "emit">;
  redact: <T>(value: T) => T;
}

/**
 * Writes the record of an attempt: what goes over the channel, to the model and to the gateway, what the gateway logs and
 * how its state changes. It listens to what is known anyway and asks the gateway nothing.
 */
export class AttemptRecorder {
  readonly calls: Calls;
  readonly #options: RecorderOptions;
  readonly #budget = new Budget();
  readonly #state: KnownState;
  readonly #prompts = new Prompts();
  readonly #release: (() => void)[];
  /** Requests of the model so far, with the status that the record has of each. */
  readonly #requests = new Map<RecordedRequest, { serial: number; status: RecordedRequest["status"] }>();
  readonly #requestsBefore: number;
  #seenRequests = 0;
  #logMark: number;
  #tracedUntil = Date.now();
  #sampledAt = 0;
  #isLookPending = false;
  #step: number | undefined;
  /** Reads the files of a step that has ended, one after the other. */
  #reading: Promise<void> = Promise.resolve();

  constructor(options: RecorderOptions) {
    const { source, testbed, redact } = options;
    this.#options = options;
    this.#state = new KnownState(redact);
    this.calls = new Calls({
      emit: (event) => this.#emit(event),
      onAnswer: (method, params, answer) => this.#state.answered(method, params, answer),
    });
    this.#requestsBefore = testbed.model?.requests.length ?? 0;
    this.#logMark = this.#hasLogs ? (testbed.gateway?.markLogs() ?? 0) : 0;
    if (source.length <= LONGEST_SOURCE) this.#emit({ type: "scenario-source", source });
    const log = testbed.log();
    if (log !== "") this.#emit({ type: "gateway-log", lines: log.trimEnd() });
    this.#release = [
      testbed.bus.subscribe((event) => this.#heard(event)),
      testbed.wakeups.subscribe(() => this.#lookSoon()),
      every(SAMPLE_MS, () => this.#sample()),
    ];
    this.#sample();
    this.#readFiles();
  }

  statementEnded(position: Position, threw: boolean): void {
    const { line, column } = position;
    this.#emit({ type: "statement-ended", step: this.#step ?? 0, position: { line, column }, threw });
  }

  stepStarted(step: number): void {
    this.#step = step;
  }

  /** What it has changed is looked at while the next one runs. */
  stepEnded(): void {
    this.#look();
    if (performance.now() - this.#sampledAt >= SAMPLES_APART_MS) this.#sample();
    this.#readFiles();
  }

  /** The last look; nothing follows. */
  async close(): Promise<void> {
    for (const release of this.#release) release();
    this.#look();
    this.#sample();
    this.#readFiles();
    await this.#reading;
    for (const cut of this.#budget.cut) this.#write({ type: "record-cut", ...cut });
  }

  #emit(event: WithoutContext<RecordEvent>): void {
    const { fits, isFirstLeft } = this.#budget.take(event.type, textLength(event));
    if (fits) this.#write(event);
    else if (isFirstLeft) {
      const kept = this.#budget.cut.find(({ what }) => what === event.type)?.kept ?? 0;
      this.#write({ type: "record-cut", what: event.type, kept, left: 1 });
    }
  }

  #write(event: WithoutContext<RecordEvent>): void {
    const { scenarioId, events } = this.#options;
    events.emit({ ...event, at: Date.now(), scenarioId } as RecordEvent);
  }

  #heard(event: BusEvent): void {
    if (event.kind === "thread-created") {
      const { id, conversationId, title, createdBy } = event.thread;
      const conversation = formatTarget({ kind: "channel", conversationId });
      this.#emit({
        type: "channel-event",
        event: event.kind,
        conversation,
        threadId: id,
        sender: createdBy,
        text: title,
      });
      return;
    }
    const { kind, message, emoji } = event;
    const { conversation, id, threadId, senderId, senderName, text, attachments } = message;
    if (conversation.id === BARRIER) return;
    this.#emit({
      type: "channel-event",
      event: kind,
      messageId: id,
      conversation: formatTarget({ kind: conversation.kind, conversationId: conversation.id }),
      ...(threadId === undefined ? {} : { threadId }),
      sender: event.senderId ?? senderName ?? senderId,
      text: emoji ?? text,
      ...(attachments.length > 0 ? { attachments: attachments.length } : {}),
    });
  }

  /** Once for all that happens in one turn. */
  #lookSoon(): void {
    if (this.#isLookPending) return;
    this.#isLookPending = true;
    setImmediate(() => {
      this.#isLookPending = false;
      this.#look();
    });
  }

  #look(): void {
    this.#lookAtModel();
    this.#lookAtLog();
  }

  #lookAtModel(): void {
    const { model } = this.#options.testbed;
    if (!model) return;
    const fresh = model.requests.slice(this.#requestsBefore + this.#seenRequests);
    for (const request of fresh) {
      this.#seenRequests += 1;
      const serial = this.#seenRequests;
      const exchange = model.exchange(request);
      if (!exchange) continue;
      this.#requests.set(request, { serial, status: "planned" });
      const difference = this.#prompts.difference(exchange.request, serial);
      if (difference.tools) this.#state.offered(difference.tools);
      this.#emit({ type: "model-request", request: serial, model: request.model, ...difference });
    }
    for (const [request, known] of this.#requests) {
      const { status, rule } = request;
      if (status === known.status || status === "planned") continue;
      known.status = status;
      const answer = status === "held" ? undefined : model.exchange(request)?.answer;
      const text = answer && answerText(answer);
      this.#emit({ type: "model-answer", request: known.serial, status, rule, ...(text ? { text } : {}) });
      if (status !== "held") this.#requests.delete(request);
    }
  }

  #lookAtLog(): void {
    const { gateway } = this.#options.testbed;
    if (!gateway || !this.#hasLogs) return;
    const mark = gateway.markLogs();
    if (mark === this.#logMark) return;
    const lines = gateway.readLogsSince(this.#logMark).trimEnd();
    this.#logMark = mark;
    if (lines !== "") this.#emit({ type: "gateway-log", lines });
  }

  #sample(): void {
    this.#sampledAt = performance.now();
    const { testbed, pid } = this.#options;
    const processes = [
      sampleOf("gateway", testbed.gateway?.pid),
      sampleOf("scenario", pid),
      sampleOf("runner", process.pid),
    ].filter((sample) => sample !== undefined);
    if (processes.length > 1) this.#emit({ type: "process-sample", processes });
  }

  #readFiles(): void {
    const step = this.#step;
    this.#reading = this.#reading.then(async () => {
      await Promise.all([this.#readConfig(), this.#readTrace()]);
      const changes = this.#state.take();
      if (changes.length > 0) {
        this.#emit({ type: "state-changed", ...(step === undefined ? {} : { step }), changes });
      }
    });
  }

  async #readConfig(): Promise<void> {
    const { gateway } = this.#options.testbed;
    if (!gateway?.capabilities.has("config-file")) return;
    const text = await readFile(gateway.configPath, "utf8").catch(() => undefined);
    if (text !== undefined) this.#state.config(text);
  }

  async #readTrace(): Promise<void> {
    const trace = await this.#options.testbed.gateway
      ?.trace?.()
      .catch((error: unknown) => [
        { at: Date.now(), event: "unreadable", facts: { error: errorMessage(error) } },
      ]);
    const since = this.#tracedUntil;
    const fresh = trace?.filter(({ at }) => at > since) ?? [];
    const last = fresh.at(-1);
    if (!last) return;
    this.#tracedUntil = last.at;
    this.#emit({
      type: "gateway-trace",
      records: fresh.map(({ at, event, facts }) => ({
        at,
        event,
        ...(Object.keys(facts).length === 0 ? {} : { facts: JSON.stringify(facts) }),
      })),
    });
  }

  get #hasLogs(): boolean {
    return this.#options.testbed.gateway?.capabilities.has("logs") === true;
  }
}

function answerText(answer: ModelAnswer): string {
  switch (answer.kind) {
    case "text":
      return answer.text;
    case "tool-calls":
      return answer.calls.map(callText).join("\n");
    case "error":
      return `error ${answer.status}: ${answer.message}`;
    case "hang":
      return "";
  }
}

function textLength(value: unknown): number {
  if (typeof value === "string") return value.length;
  if (typeof value !== "object" || value === null) return 0;
  return Object.values(value).reduce((sum: number, member) => sum + textLength(member), 0);
}
