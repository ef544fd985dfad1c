import type { LoggedEvent, RecordOf, ScenarioFinished } from "../events.ts";
import type { ScenarioReport, StepReport } from "../schema/report-schema.ts";

/*
 * The events of one attempt, put together to be looked at: for the page, which runs this in a browser, and for the terminal.
 * Times are milliseconds since the epoch. `step` counts from 0; it is absent for what came before the first one.
 */

interface StatementView {
  label: string;
  line: number;
  column: number;
  at: number;
  /** Absent while it runs, and where the record has no end of it. */
  endedAt?: number;
  threw?: boolean;
  /** Statements that it lies in. */
  depth: number;
}

export interface StepView {
  index: number;
  name: string;
  status: StepReport["status"];
  line?: number;
  at?: number;
  endedAt?: number;
  details?: string;
  statements: StatementView[];
}

interface Placed {
  at: number;
  step?: number;
}

export interface CallView extends Placed {
  call: number;
  via: "rpc" | "process";
  method: string;
  params?: string;
  endedAt?: number;
  failed?: boolean;
  answer?: string;
  /** The call that was answered with the same. */
  same?: number;
}

export interface RequestView extends Placed {
  request: number;
  model: string;
  follows?: number;
  kept: number;
  messages: RecordOf<"model-request">["messages"];
  tools?: readonly string[];
  answeredAt?: number;
  answer?: string;
  rule?: string;
  status?: RecordOf<"model-answer">["status"];
}

export type MessageView = Placed & Omit<RecordOf<"channel-event">, "type" | "scenarioId">;
export type ChangeView = Placed & RecordOf<"state-changed">["changes"][number];
type ActView = Placed & RecordOf<"gateway-trace">["records"][number];

interface LogLine extends Placed {
  text: string;
}

export interface SampleView extends Placed {
  processes: RecordOf<"process-sample">["processes"];
}

export interface AttemptView {
  attempt: number;
  at: number;
  /** When the last thing happened. */
  endedAt: number;
  readyAt?: number;
  gateway?: string;
  finished?: ScenarioFinished;
  source?: string;
  steps: StepView[];
  calls: CallView[];
  requests: RequestView[];
  messages: MessageView[];
  changes: ChangeView[];
  acts: ActView[];
  log: LogLine[];
  samples: SampleView[];
  /** What the record left out, by type of event. */
  cuts: { what: string; kept: number; left: number }[];
}

/** @param events of one attempt, in their order; the first is `scenario-started` */
export function attemptView(events: readonly LoggedEvent[]): AttemptView {
  const [first] = events;
  const at = first?.at ?? 0;
  const view: AttemptView = {
    attempt: first?.type === "scenario-started" ? first.attempt : 1,
    at,
    endedAt: at,
    steps: [],
    ...{ calls: [], requests: [], messages: [], changes: [], acts: [], log: [], samples: [], cuts: [] },
  };
  const builder = new Builder(view);
  for (const event of events) builder.add(event);
  return view;
}

/** The attempts that the events of a scenario belong to. */
export function attemptsOf(events: readonly LoggedEvent[]): LoggedEvent[][] {
  const attempts: LoggedEvent[][] = [];
  for (const event of events) {
    if (event.type === "scenario-started" || attempts.length === 0) attempts.push([]);
    attempts.at(-1)?.push(event);
  }
  return attempts;
}

/** The attempt that a scenario's verdict is taken from. @param events of the scenario */
export function decisiveView(events: readonly LoggedEvent[], verdict: ScenarioReport["verdict"] | undefined) {
  return decisiveOf(attemptsOf(events).map(attemptView), verdict);
}

/** The same of attempts that were looked at. */
export function decisiveOf(
  views: readonly AttemptView[],
  verdict: ScenarioReport["verdict"] | undefined,
): AttemptView | undefined {
  return (
    views.find(({ finished }) => finished?.verdict === verdict && finished?.next !== "retry") ?? views.at(-1)
  );
}

/** What the report alone says of a scenario. */
export function withoutRecord({ steps }: Pick<ScenarioReport, "steps">): AttemptView {
  return {
    ...{
      attempt: 1,
      at: 0,
      endedAt: 0,
      calls: [],
      requests: [],
      messages: [],
      changes: [],
      acts: [],
      log: [],
    },
    ...{ samples: [], cuts: [] },
    steps: steps.map(({ name, status, details }, index) => ({
      ...{ index, name, status, statements: [] },
      ...(details === undefined ? {} : { details }),
    })),
  };
}

class Builder {
  readonly #view: AttemptView;
  #step: number | undefined;
  readonly #open: StatementView[] = [];

  constructor(view: AttemptView) {
    this.#view = view;
  }

  add(event: LoggedEvent): void {
    const view = this.#view;
    view.endedAt = Math.max(view.endedAt, event.at);
    const placed: Placed = { at: event.at, ...(this.#step === undefined ? {} : { step: this.#step }) };
    switch (event.type) {
      case "gateway-ready":
        view.readyAt = event.at;
        view.gateway = `${event.gateway.product} ${event.gateway.version}`;
        break;
      case "scenario-source":
        view.source = event.source;
        break;
      case "step-started":
        this.#step = event.step;
        this.#open.length = 0;
        // Until its end is known it has failed: a killed run shows where it was.
        view.steps[event.step] = {
          index: event.step,
          name: event.name,
          status: "failed",
          line: event.position.line,
          at: event.at,
          statements: [],
        };
        break;
      case "statement-started":
        this.#began(event.label, event.position, event.at);
        break;
      case "statement-ended": {
        const ended = this.#open.pop();
        if (ended) Object.assign(ended, { endedAt: event.at, threw: event.threw });
        break;
      }
      case "step-finished":
        Object.assign(this.#stepAt(event.step, event.name), {
          status: event.status,
          endedAt: event.at,
          ...(event.details === undefined ? {} : { details: event.details }),
        });
        break;
      case "gateway-call": {
        const { call, via, method, params } = event;
        view.calls.push({ ...placed, call, via, method, ...(params === undefined ? {} : { params }) });
        break;
      }
      case "gateway-answer": {
        const { failed, answer, same } = event;
        const call = view.calls.findLast((each) => each.call === event.call);
        if (call) Object.assign(call, { endedAt: event.at, failed, answer, same });
        break;
      }
      case "model-request": {
        const { type: _type, scenarioId: _id, ...request } = event;
        view.requests.push({ ...request, ...placed });
        break;
      }
      case "model-answer": {
        const { status, rule, text } = event;
        const request = view.requests.findLast((each) => each.request === event.request);
        if (request) Object.assign(request, { answeredAt: event.at, answer: text, rule, status });
        break;
      }
      case "channel-event": {
        const { type: _type, scenarioId: _id, ...message } = event;
        view.messages.push({ ...message, ...placed });
        break;
      }
      case "gateway-log":
        view.log.push(...event.lines.split("\n").map((text) => ({ ...placed, text })));
        break;
      case "gateway-trace":
        view.acts.push(...event.records.map((record) => ({ ...record, ...this.#placeOf(record.at) })));
        break;
      case "state-changed": {
        const { at, step, changes } = event;
        view.changes.push(
          ...changes.map((change) => ({ ...change, at, ...(step === undefined ? {} : { step }) })),
        );
        break;
      }
      case "process-sample":
        view.samples.push({ ...placed, processes: event.processes });
        break;
      case "record-cut": {
        const { what, kept, left } = event;
        view.cuts = [...view.cuts.filter((cut) => cut.what !== what), { what, kept, left }];
        break;
      }
      case "scenario-finished":
        view.finished = event;
        for (const name of event.notReached) {
          view.steps.push({ index: view.steps.length, name, status: "not-reached", statements: [] });
        }
        break;
    }
  }

  #began(label: string, { line, column }: { line: number; column: number }, at: number): void {
    const statement = { label, line, column, at, depth: this.#open.length };
    this.#open.push(statement);
    this.#view.steps.at(-1)?.statements.push(statement);
  }

  #stepAt(index: number, name: string): StepView {
    this.#view.steps[index] ??= { index, name, status: "failed", statements: [] };
    return this.#view.steps[index];
  }

  /** What the gateway did is known only later. */
  #placeOf(at: number): Placed {
    const step = this.#view.steps.findLast((each) => (each.at ?? Number.POSITIVE_INFINITY) <= at);
    return { at, ...(step ? { step: step.index } : {}) };
  }
}
