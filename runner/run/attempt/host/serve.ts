import { type BlockedError, QaError } from "../../../base/errors.ts";
import { isJsonObject, type JsonObject } from "../../../base/json.ts";
import type { HeldContinuation } from "../../../model/continuations.ts";
import type { Witness } from "../../chain/witness.ts";
import type { Calls } from "../../record/calls.ts";
import type { Promises } from "../../survival/promises.ts";
import type { ReadyTestbed, Testbed } from "../../testbed/testbed.ts";
import { unreadSince } from "../../testbed/unread-keys.ts";
import { packError, unpackError } from "../wire/errors.ts";
import { memberKind, type Parts } from "../wire/members.ts";
import type { Answer, ArgumentPlace, Call, FromAttempt, Report } from "../wire/messages.ts";
import type { AttemptProcess } from "./process.ts";
import { ImpossibleReport } from "./proof.ts";

/** What an attempt asks for, as opposed to what it reports. */
type Request = Exclude<FromAttempt, Report>;

/** Who learns of what an attempt asks of the gateway. */
interface Listeners {
  witness: Witness;
  calls: Calls;
  promises?: Promises | undefined;
}

/** Answers what an attempt asks of its testbed, and nothing else. */
export class TestbedService {
  readonly #attempt: Pick<AttemptProcess, "send" | "answer">;
  readonly #testbed: Testbed;
  readonly #parts: { readonly [Part in keyof Parts]: Parts[Part] | undefined };
  /** Calls that are under way. */
  readonly #calls = new Map<number, AbortController>();
  /** Functions of the attempt that run, by call and callback. */
  readonly #callbacks = new Map<string, PromiseWithResolvers<unknown>>();
  readonly #held: HeldContinuation[] = [];
  readonly #startConfig: JsonObject;
  readonly #witness: Witness;
  readonly #record: Calls;
  readonly #promises: Promises | undefined;
  #refusal: BlockedError | undefined;

  constructor(
    attempt: Pick<AttemptProcess, "send" | "answer">,
    testbed: Testbed,
    { gateway, startConfig }: ReadyTestbed,
    { witness, calls, promises }: Listeners,
  ) {
    this.#attempt = attempt;
    this.#witness = witness;
    this.#record = calls;
    this.#promises = promises;
    this.#testbed = testbed;
    this.#startConfig = startConfig;
    this.#parts = { gateway, bus: testbed.bus, model: testbed.model, http: testbed.http };
  }

  /** Answers a question, or begins a call. @throws ImpossibleReport for what no attempt asks for */
  serve(message: Request): void {
    switch (message.type) {
      case "ask":
        this.#answer(() => this.#read(message));
        break;
      case "hold-continuation":
        this.#answer(() => this.#hold());
        break;
      case "release-continuation":
        this.#answer(() => this.#held[message.held]?.release());
        break;
      case "call":
        if (memberKind(message.part, message.member) !== "later") {
          throw new ImpossibleReport(`it called ${message.part}.${message.member}`);
        }
        this.#begin(message.call, (signal) => this.#call(message, signal));
        break;
      case "await-continuation":
        this.#begin(message.call, () => this.#held[message.held]?.held);
        break;
      case "abort":
        this.#calls.get(message.call)?.abort(unpackError(message.reason));
        break;
      case "called-back":
        this.#calledBack(message);
        break;
      case "observed":
        this.#testbed.answers.add(message.what, message.answer);
        break;
    }
  }

  /** Why the scenario is blocked, whatever its flow makes of it. */
  get refusal(): BlockedError | undefined {
    return this.#refusal;
  }

  /** Ends what is still under way: nobody waits for it. */
  close(): void {
    const reason = new QaError("the scenario has ended", { code: "scenario-ended", fault: "scenario" });
    for (const end of this.#calls.values()) end.abort(reason);
    for (const waiting of this.#callbacks.values()) waiting.reject(reason);
    this.#calls.clear();
    this.#callbacks.clear();
  }

  #answer(read: () => unknown): void {
    let answer: Answer;
    try {
      answer = { value: read() };
    } catch (error) {
      if (error instanceof ImpossibleReport) throw error;
      answer = { error: packError(error) };
    }
    reply(answer, (each) => this.#attempt.answer(each));
  }

  #begin(call: number, work: (signal: AbortSignal) => unknown): void {
    const end = new AbortController();
    this.#calls.set(call, end);
    void (async () => work(end.signal))()
      .then(
        (value): Answer => ({ value }),
        (error: unknown): Answer => ({ error: packError(error) }),
      )
      .then((answer) => {
        this.#calls.delete(call);
        reply(answer, (each) => this.#attempt.send({ type: "answer", call, ...each }));
      });
  }

  #read({ part, member, args }: Call): unknown {
    const kind = memberKind(part, member);
    if (kind === "now") {
      if (part === "gateway" && member === "signalProcess") {
        this.#witness.called(member, args[0])({});
        this.#record.called(member, args)({ answer: undefined });
      }
      return Reflect.apply(this.#method(part, member), this.#parts[part], args);
    }
    if (kind === "constant" || kind === "value") return Reflect.get(this.#part(part), member);
    throw new ImpossibleReport(`it asked for ${part}.${member}`);
  }

  /** @returns what the member gives: mostly a promise */
  #call(message: Extract<Request, { type: "call" }>, signal: AbortSignal): unknown {
    const { part, member, call, signals = [], callbacks = [] } = message;
    const args = [...message.args];
    for (const place of signals) putBack(args, place, signal);
    for (const [callback, place] of callbacks.entries()) {
      putBack(args, place, () => this.#callBack(call, callback));
    }
    const answered = part === "gateway" ? this.#witness.called(member, args[0]) : undefined;
    const recorded = part === "gateway" ? this.#record.called(member, args) : undefined;
    const promised = part === "gateway" ? this.#promises?.called(member, args) : undefined;
    const result: unknown = Reflect.apply(this.#method(part, member), this.#parts[part], args);
    if (!answered) return result;
    const heard = Promise.resolve(result);
    heard.then(
      (answer) => {
        answered(answer ?? {});
        recorded?.({ answer });
        promised?.({ answer });
      },
      (error: unknown) => {
        answered();
        recorded?.({ error });
        promised?.({ error });
      },
    );
    if (member !== "call") return heard;
    return heard.then((answer) => {
      this.#testbed.answers.add(String(args[0]), answer);
      const refusal = isJsonObject(answer) ? unreadSince(answer, this.#startConfig) : undefined;
      this.#refusal ??= refusal;
      if (refusal) throw refusal;
      return answer;
    });
  }

  #callBack(call: number, callback: number): Promise<unknown> {
    const waiting = Promise.withResolvers<unknown>();
    this.#callbacks.set(`${call} ${callback}`, waiting);
    this.#attempt.send({ type: "call-back", call, callback });
    return waiting.promise;
  }

  #calledBack({ call, callback, ...answer }: Extract<Request, { type: "called-back" }>): void {
    const waiting = this.#callbacks.get(`${call} ${callback}`);
    if ("error" in answer) waiting?.reject(unpackError(answer.error));
    else waiting?.resolve(undefined);
  }

  #hold(): number {
    const { model } = this.#testbed;
    if (!model) throw new ImpossibleReport("it held a model that is not there");
    return this.#held.push(model.holdNextContinuation()) - 1;
  }

  #part(part: keyof Parts): object {
    const object = this.#parts[part];
    if (!object) throw new ImpossibleReport(`it asked for the ${part}, which is not there`);
    return object;
  }

  #method(part: keyof Parts, member: string): (...args: unknown[]) => unknown {
    return Reflect.get(this.#part(part), member) as (...args: unknown[]) => unknown;
  }
}

/** What cannot be copied is an error as well. */
function reply(answer: Answer, send: (answer: Answer) => void): void {
  try {
    send(answer);
  } catch (error) {
    send({ error: packError(error) });
  }
}

function putBack(args: unknown[], [index, member]: ArgumentPlace, value: unknown): void {
  if (member === undefined) args[index] = value;
  else args[index] = { ...(args[index] as object), [member]: value };
}
