import { types } from "node:util";
import vm from "node:vm";
import { QaError } from "../../../base/errors.ts";
import { CAUGHT_NAME } from "../caught.ts";
import { show } from "../evidence.ts";
import { encloseIn, type Inside, type Raw } from "./inside.ts";
import { OUTSIDE_FACTS, type Outside, unbox } from "./outside.ts";

/** Name under which the context's entry is found, through which a call runs within a time limit. */
const ENTRY_NAME = "$enter";
const ENTRY = new vm.Script(`${ENTRY_NAME}()`);

export interface BorderOptions extends Pick<Outside, "names" | "named" | "isRaw" | "isSet"> {
  /** Longest time, in milliseconds, that a call may compute if it might never end. */
  evaluationMs: number;
  calls: Pick<Outside, "looked"> & {
    /** @throws when the flow has ended and nothing may be called any more */
    check(): void;
    started(callable: object, args: readonly unknown[], promise: Promise<unknown>): void;
    /** A listener of an event has thrown. */
    thrown(error: unknown): void;
    /** Whether a promise may still have consequences in the context. */
    matters(): boolean;
  };
}

/** Seen while one value is brought out: the same object comes out once. */
type Seen = Map<object, unknown>;

/** The outer side of a flow's border: calls into the context, and copies what comes out of it. */
export class Border {
  readonly context: vm.Context;
  readonly inside: Inside;
  readonly #options: BorderOptions;
  /** Functions of the context that might never end. */
  readonly #endless = new WeakSet<object>();
  #entered = false;

  constructor(options: BorderOptions) {
    this.#options = options;
    this.context = vm.createContext(vm.constants.DONT_CONTEXTIFY, {
      codeGeneration: { strings: false, wasm: false },
    });
    this.inside = encloseIn(this.context, {
      ...OUTSIDE_FACTS,
      names: options.names,
      named: options.named,
      isRaw: options.isRaw,
      isSet: options.isSet,
      entryName: ENTRY_NAME,
      caughtName: CAUGHT_NAME,
      call: (callable, self, args) => this.#call(callable as (...args: unknown[]) => unknown, self, args),
      construct: (callable, args) => {
        const seen: Seen = new Map();
        return Reflect.construct(callable as new () => object, this.#bringAll(args, seen));
      },
      read: (owner, key) => Reflect.get(owner, key),
      write: (owner, key, value) => void Reflect.set(owner, key, this.bring(value)),
      whenSettled: (promise, settled) => {
        const { matters } = options.calls;
        promise.then(
          (result) => void (matters() && settled(false, result)),
          (thrown) => void (matters() && settled(true, thrown)),
        );
      },
      looked: options.calls.looked,
    });
  }

  /** Notes that a function of the context is to run within the time limit. */
  limit(callable: Raw): void {
    this.#endless.add(callable as object);
  }

  /**
   * Calls a function of the context.
   * @throws what it throws, brought out; ERR_SCRIPT_EXECUTION_TIMEOUT when it computes for too long
   */
  enter(callable: Raw, self: Raw, args: readonly Raw[]): Raw {
    try {
      if (this.#entered || !this.#endless.has(callable as object))
        return this.inside.call(callable, self, ...args);
      this.#entered = true;
      this.inside.stage(callable, ...args);
      try {
        // The watchdog costs a thread each time, so it guards only what could run for ever.
        return ENTRY.runInContext(this.context, {
          timeout: this.#options.evaluationMs,
          displayErrors: false,
        });
      } finally {
        this.#entered = false;
      }
    } catch (thrown) {
      throw this.bring(thrown);
    }
  }

  /**
   * A copy of a value of the context; for what stands for something outside, that very thing. Functions become
   * functions that call them.
   * @throws what a getter throws, brought out
   */
  bring(value: Raw, seen: Seen = new Map()): unknown {
    if (value === null || (typeof value !== "object" && typeof value !== "function")) return value;
    const { inside } = this;
    const known = inside.original(value) ?? seen.get(value);
    if (known !== undefined) return known;
    // What is not of the context came in by a permission, or was thrown on the outer side.
    if (value instanceof Object) return value;
    if (typeof value === "function") return this.#callback(value);
    if (types.isNativeError(value)) return this.#bringError(value, seen);
    if (types.isPromise(value)) return this.#bringPromise(value);
    if (ArrayBuffer.isView(value) || types.isAnyArrayBuffer(value)) return this.#bringBytes(value, seen);
    if (types.isDate(value)) return new Date(Date.prototype.getTime.call(value));
    if (types.isRegExp(value)) {
      return new RegExp(String(inside.member(value, "source")), String(inside.member(value, "flags")));
    }
    if (types.isBoxedPrimitive(value)) return Object(unbox(value));
    const copy = emptyCopy(value);
    seen.set(value, copy);
    if (types.isMap(value)) {
      Map.prototype.forEach.call(value, (member, key) =>
        (copy as Map<unknown, unknown>).set(this.bring(key, seen), this.bring(member, seen)),
      );
    } else if (types.isSet(value)) {
      Set.prototype.forEach.call(value, (member) => (copy as Set<unknown>).add(this.bring(member, seen)));
    } else {
      for (const key of Object.keys(value)) put(copy, key, this.bring(inside.member(value, key), seen));
      // What is more than data is itself again when it comes back.
      if (isInstance(value) || Object.values(copy).some((member) => typeof member === "function")) {
        inside.remember(value, copy);
      }
    }
    return copy;
  }

  #bringAll(values: readonly Raw[], seen: Seen): unknown[] {
    const brought: unknown[] = [];
    for (let index = 0; index < values.length; index += 1) brought.push(this.bring(values[index], seen));
    return brought;
  }

  #call(callable: (...args: unknown[]) => unknown, self: Raw, args: readonly Raw[]): unknown {
    const { calls } = this.#options;
    calls.check();
    const seen: Seen = new Map();
    const values = this.#bringAll(args, seen);
    const result: unknown = Reflect.apply(
      callable,
      this.inside.callee(self) ?? this.bring(self, seen),
      values,
    );
    for (const [inner, copy] of seen) {
      // What was written into bytes while they were outside.
      if (types.isTypedArray(copy)) this.inside.setBytes(inner, copy);
    }
    if (types.isPromise(result)) calls.started(callable, values, result);
    return result;
  }

  #callback(callable: object): object {
    const call = (...args: unknown[]): unknown => {
      try {
        const { inside } = this;
        return this.bring(
          this.enter(
            callable,
            undefined,
            args.map((arg) => inside.take(arg)),
          ),
        );
      } catch (thrown) {
        // Nothing hears of what a listener throws; Node would end the process.
        if (args[0] instanceof Event) this.#options.calls.thrown(asError(thrown));
        else throw asError(thrown);
      }
    };
    const name = Object.getOwnPropertyDescriptor(callable, "name")?.value;
    if (typeof name === "string") Object.defineProperty(call, "name", { value: name });
    this.inside.link(callable, call);
    return call;
  }

  #bringPromise(promise: object): Promise<unknown> {
    const { promise: outer, resolve, reject } = Promise.withResolvers<unknown>();
    this.inside.link(promise, outer);
    this.settle(
      promise,
      (value) => resolve(this.bring(value)),
      (thrown) => reject(asError(thrown)),
    );
    return outer;
  }

  /**
   * Awaits a value in the context.
   * @param done gets the value as it is there
   * @param failed gets what was thrown, brought out
   */
  settle(value: Raw, done: (value: Raw) => void, failed: (thrown: unknown) => void): void {
    this.inside.settle(value, (hasFailed, result) => {
      try {
        if (hasFailed) failed(this.bring(result));
        else done(result);
      } catch (thrown) {
        failed(thrown);
      }
    });
  }

  #bringError(error: Error, seen: Seen): Error {
    const name = this.#textOf(error, "name") ?? "Error";
    const outerClass: unknown = /Error$/.test(name) ? Reflect.get(globalThis, name) : undefined;
    const copy: Error = Reflect.construct(typeof outerClass === "function" ? outerClass : Error, [""]);
    this.inside.link(error, copy);
    seen.set(error, copy);
    for (const key of ["name", "message", "stack"]) {
      const text = this.#textOf(error, key);
      if (text !== undefined && Reflect.get(copy, key) !== text) put(copy, key, text, false);
    }
    for (const key of ["cause", "errors"]) {
      if (Object.hasOwn(error, key)) put(copy, key, this.bring(this.inside.member(error, key), seen), false);
    }
    for (const key of Object.keys(error)) {
      if (!Object.hasOwn(copy, key)) put(copy, key, this.bring(this.inside.member(error, key), seen));
    }
    return copy;
  }

  /** A text member of an error; whatever else it is, or throws, is no text. */
  #textOf(error: Error, key: string): string | undefined {
    try {
      const text = this.inside.member(error, key);
      return typeof text === "string" ? text : undefined;
    } catch {
      return undefined;
    }
  }

  /** Bytes are copied; `seen` has them, so that what is written into them finds its way back. */
  #bringBytes(value: ArrayBuffer | ArrayBufferView, seen: Seen): object {
    if (!ArrayBuffer.isView(value)) return Uint8Array.from(new Uint8Array(value)).buffer;
    if (!types.isTypedArray(value)) {
      return new DataView(Uint8Array.from(bytesIn(value)).buffer);
    }
    const bytes = this.inside.isBuffer(value) ? Buffer.from(bytesIn(value)) : Uint8Array.from(bytesIn(value));
    const kind = String(readTypedArrayName.call(value));
    const copy: object =
      kind === "Uint8Array" ? bytes : Reflect.construct(Reflect.get(globalThis, kind), [bytes.buffer]);
    seen.set(value, copy);
    return copy;
  }
}

/** What the language says of a view's memory, whatever an expression has made of its class. */
const readTypedArrayName = getterOf(Object.getPrototypeOf(Uint8Array.prototype), Symbol.toStringTag);
const TYPED_ARRAY = memoryGetters(Object.getPrototypeOf(Uint8Array.prototype));
const DATA_VIEW = memoryGetters(DataView.prototype);

function getterOf(prototype: object, key: PropertyKey): (this: unknown) => unknown {
  const getter = Object.getOwnPropertyDescriptor(prototype, key)?.get;
  if (!getter) throw new Error(`there is no getter ${String(key)}`);
  return getter;
}

function memoryGetters(prototype: object) {
  const [buffer, offset, length] = ["buffer", "byteOffset", "byteLength"].map((key) =>
    getterOf(prototype, key),
  );
  return { buffer, offset, length };
}

function bytesIn(view: ArrayBufferView): Uint8Array {
  const { buffer, offset, length } = types.isDataView(view) ? DATA_VIEW : TYPED_ARRAY;
  return new Uint8Array(
    buffer?.call(view) as ArrayBuffer,
    offset?.call(view) as number,
    length?.call(view) as number,
  );
}

/** Whether an object is neither a list nor a plain record. */
function isInstance(value: object): boolean {
  const prototype: unknown = Object.getPrototypeOf(value);
  return !Array.isArray(value) && prototype !== null && Object.getPrototypeOf(prototype) !== null;
}

function emptyCopy(value: object): object {
  if (Array.isArray(value)) return [];
  if (types.isMap(value)) return new Map();
  if (types.isSet(value)) return new Set();
  return Object.getPrototypeOf(value) === null ? Object.create(null) : {};
}

function put(target: object, key: string, value: unknown, enumerable = true): void {
  Object.defineProperty(target, key, { value, writable: true, enumerable, configurable: true });
}

/** What an expression throws must say where it comes from, which only an error can. */
export function asError(thrown: unknown): unknown {
  if (thrown instanceof Error || types.isNativeError(thrown)) return thrown;
  return new QaError(`the expression threw ${show(thrown)}, which is not an error`, {
    code: "expression-failed",
    fault: "scenario",
    cause: thrown,
  });
}
