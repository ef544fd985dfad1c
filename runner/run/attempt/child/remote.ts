import { AsyncResource } from "node:async_hooks";
import { Wakeups } from "../../../base/wakeups.ts";
import type { ChannelBus } from "../../../channel/channel-bus.ts";
import type { DrivenGateway, GatewayIdentity } from "../../../gateway/gateway.ts";
import { withoutGeneration } from "../../../gateway/identity.ts";
import type { HttpFakes } from "../../../http/fakes.ts";
import type { AgentModel } from "../../../model/agent-model.ts";
import type { HeldContinuation } from "../../../model/continuations.ts";
import type { RecordedRequest } from "../../../model/recorder.ts";
import { packError, unpackError } from "../wire/errors.ts";
import { MEMBERS, type MemberKind, type Parts } from "../wire/members.ts";
import type { Answer, ArgumentPlace, FromAttempt } from "../wire/messages.ts";
import type { Channel } from "./channel.ts";

type Callback = (...args: readonly unknown[]) => unknown;

/** A call that the runner has not answered. */
interface Pending {
  answer: PromiseWithResolvers<unknown>;
  callbacks: readonly Callback[];
  /** What one of the callbacks threw: the very object goes on, not a copy. */
  thrown?: { error: unknown };
}

/**
 * The testbed as an attempt reaches it. Nothing of it lies in this process: what it is asked for, the runner is asked
 * for, at once or later, as the table of members says.
 */
export class RemoteTestbed {
  readonly wakeups = new Wakeups();
  readonly gateway: DrivenGateway;
  readonly bus: ChannelBus;
  readonly model: AgentModel;
  readonly http: HttpFakes;
  readonly #channel: Channel;
  readonly #pending = new Map<number, Pending>();
  #calls = 0;

  constructor(channel: Channel) {
    this.#channel = channel;
    // The table has every member of each part.
    this.gateway = this.#part("gateway") as DrivenGateway;
    this.bus = Object.assign(this.#part("bus"), { wakeups: this.wakeups }) as ChannelBus;
    this.http = this.#part("http") as HttpFakes;
    const holdNextContinuation = () => this.#holdNextContinuation();
    this.model = Object.assign(this.#part("model"), { holdNextContinuation }) as AgentModel;
  }

  /** The runner has answered a call. */
  answered(call: number, answer: Answer): void {
    const pending = this.#pending.get(call);
    this.#pending.delete(call);
    if (!pending) return;
    if ("value" in answer) pending.answer.resolve(answer.value);
    else pending.answer.reject(pending.thrown ? pending.thrown.error : unpackError(answer.error));
  }

  /** A part of the testbed calls a function that it was given with a call. */
  async callBack(call: number, callback: number): Promise<void> {
    const pending = this.#pending.get(call);
    let answer: Answer;
    try {
      await pending?.callbacks[callback]?.(this.gateway);
      answer = { value: undefined };
    } catch (error) {
      if (pending) pending.thrown = { error };
      answer = { error: packError(error) };
    }
    this.#channel.send({ type: "called-back", call, callback, ...answer });
  }

  #part(part: keyof Parts): object {
    const object = {};
    for (const [member, kind] of Object.entries(MEMBERS[part])) {
      const descriptor = this.#member(part, member, kind);
      // What lies over a part may replace a member.
      Object.defineProperty(object, member, { ...descriptor, enumerable: true, configurable: true });
    }
    return object;
  }

  #member(part: keyof Parts, member: string, kind: MemberKind): PropertyDescriptor {
    const ask = (args: readonly unknown[]) => this.#channel.ask({ type: "ask", part, member, args });
    switch (kind) {
      case "constant":
        return { get: once(() => ask([])) };
      case "value":
        return { get: () => ask([]) };
      case "now":
        return { value: (...args: unknown[]) => ask(args) };
      case "later":
        return { value: (...args: unknown[]) => this.#callMember(part, member, args) };
    }
  }

  async #callMember(part: keyof Parts, member: string, args: readonly unknown[]): Promise<unknown> {
    const travelling = part === "gateway" && member === "call" ? withJsonParameters(args) : args;
    const { plain, signals, callbacks } = takeApart(travelling);
    const value = await this.#call(
      (call) => ({
        type: "call",
        call,
        part,
        member,
        args: plain,
        signals: signals.map(({ place }) => place),
        callbacks: callbacks.map(({ place }) => place),
      }),
      signals.map(({ value: signal }) => signal),
      callbacks.map(({ value: callback }) => callback),
    );
    return part === "gateway" && IDENTIFYING.has(member) ? asIdentity(value as GatewayIdentity) : value;
  }

  /** @throws the reason of a signal that fires, or what the runner answers with */
  async #call(
    message: (call: number) => FromAttempt,
    signals: readonly AbortSignal[] = [],
    callbacks: readonly Callback[] = [],
  ): Promise<unknown> {
    for (const signal of signals) signal.throwIfAborted();
    const call = ++this.#calls;
    const answer = Promise.withResolvers<unknown>();
    this.#pending.set(call, { answer, callbacks });
    const abort = (event: Event) => {
      const { reason } = event.target as AbortSignal;
      this.#channel.send({ type: "abort", call, reason: packError(reason) });
    };
    for (const signal of signals) signal.addEventListener("abort", abort, { once: true });
    try {
      this.#channel.send(message(call));
      return await answer.promise;
    } finally {
      this.#pending.delete(call);
      for (const signal of signals) signal.removeEventListener("abort", abort);
    }
  }

  #holdNextContinuation(): HeldContinuation {
    const held = this.#channel.ask({ type: "hold-continuation" }) as number;
    const request = this.#call((call) => ({ type: "await-continuation", call, held }));
    // Nobody need wait for it.
    request.catch(() => {});
    return {
      held: request as Promise<RecordedRequest>,
      release: () => void this.#channel.ask({ type: "release-continuation", held }),
    };
  }
}

function once<T>(read: () => T): () => T {
  let known: { value: T } | undefined;
  return () => {
    known ??= { value: read() };
    return known.value;
  };
}

const IDENTIFYING: ReadonlySet<string> = new Set(["identity", "waitForNewBoot"]);

/** A gateway that does not report its generation says so when it is read; that does not travel. */
function asIdentity(identity: GatewayIdentity): GatewayIdentity {
  return "generation" in identity ? identity : withoutGeneration(identity);
}

/** The gateway gets JSON anyway; what JSON leaves out need not be able to travel. */
function withJsonParameters([method, params, ...rest]: readonly unknown[]): unknown[] {
  const text: string | undefined = JSON.stringify(params);
  return [method, text === undefined ? undefined : JSON.parse(text), ...rest];
}

interface Taken<T> {
  place: ArgumentPlace;
  value: T;
}

/** Takes signals and functions out of arguments and out of the objects among them: they stay in this process. */
function takeApart(args: readonly unknown[]): {
  plain: unknown[];
  signals: Taken<AbortSignal>[];
  callbacks: Taken<Callback>[];
} {
  const signals: Taken<AbortSignal>[] = [];
  const callbacks: Taken<Callback>[] = [];
  const take = (value: unknown, place: ArgumentPlace): boolean => {
    if (value instanceof AbortSignal) signals.push({ place, value });
    // It runs in the context of its call, with that call's signal.
    else if (typeof value === "function")
      callbacks.push({ place, value: AsyncResource.bind(value as Callback) });
    else return false;
    return true;
  };
  const plain = args.map((arg, index) => {
    if (take(arg, [index])) return undefined;
    if (typeof arg !== "object" || arg === null || Array.isArray(arg)) return arg;
    return Object.fromEntries(Object.entries(arg).filter(([name, value]) => !take(value, [index, name])));
  });
  return { plain, signals, callbacks };
}
