import { types } from "node:util";
import { LANGUAGE_NAMES } from "../../host-names.ts";

/** What the inner side of a border may ask of the outer one. Everything but a primitive that it answers is taken in. */
export interface Outside {
  /** How a value is taken in; the name of its class for a typed array. */
  kind(value: object): string;
  /** The class of the language that an error belongs to. */
  errorClass(error: object): string;
  isErrorClass(name: string): boolean;
  isLanguageName(name: string): boolean;
  /** In an object, so that asking is harmless. */
  languageClass(name: string): { outerClass: unknown };
  /** One value for each class without a name, in the order of the inner side. */
  hiddenSamples(): readonly object[];
  /** Keys of the members that an object shows. */
  members(value: object): readonly PropertyKey[];
  readonly bufferClass: object;
  bufferMembers(): { statics: readonly object[]; methods: readonly object[] };
  bytesOf(memory: ArrayBuffer): Uint8Array;
  /** The primitive value in an object. */
  unbox(value: object): unknown;
  eachEntry(collection: Map<unknown, unknown> | Set<unknown>, visit: (a: unknown, b: unknown) => void): void;
  call(callable: object, self: unknown, args: readonly unknown[]): unknown;
  construct(callable: object, args: readonly unknown[]): unknown;
  read(owner: object, key: PropertyKey): unknown;
  write(owner: object, key: PropertyKey, value: unknown): void;
  whenSettled(promise: PromiseLike<unknown>, settled: (failed: boolean, result: unknown) => void): void;
  looked(promise: object): void;
  /** Names of the flow API. */
  names(): readonly string[];
  named(name: string): unknown;
  /** Whether a name stands for the real thing, which a permission allows. */
  isRaw(name: string): boolean;
  /** Whether the flow's own statements set the name. */
  isSet(name: string): boolean;
  readonly entryName: string;
  readonly caughtName: string;
}

type Facts = Pick<
  Outside,
  | "kind"
  | "errorClass"
  | "isErrorClass"
  | "isLanguageName"
  | "languageClass"
  | "hiddenSamples"
  | "members"
  | "bufferClass"
  | "bufferMembers"
  | "bytesOf"
  | "unbox"
  | "eachEntry"
>;

const ERROR_CLASSES = {
  AggregateError,
  EvalError,
  RangeError,
  ReferenceError,
  SyntaxError,
  TypeError,
  URIError,
  Error,
};

/** What the inner side must know of values outside, whichever flow it belongs to. */
export const OUTSIDE_FACTS: Facts = {
  kind(value) {
    // Nothing but a permission, which gives them under their own names, lets these in.
    if (value === process || value === globalThis) return "hidden";
    const prototype: unknown = Object.getPrototypeOf(value);
    if (prototype === Object.prototype || prototype === null) return hasMethods(value) ? "live" : "record";
    if (Array.isArray(value)) return "list";
    if (Buffer.isBuffer(value)) return "buffer";
    if (types.isPromise(value)) return "promise";
    if (types.isNativeError(value) || value instanceof Error) return "error";
    if (types.isMap(value)) return "map";
    if (types.isSet(value)) return "set";
    if (types.isDate(value)) return "date";
    if (types.isRegExp(value)) return "regexp";
    if (types.isTypedArray(value)) return value[Symbol.toStringTag];
    if (types.isBoxedPrimitive(value)) return "boxed";
    if (isIterator(value)) return "iterator";
    return types.isAnyArrayBuffer(value) ? "memory" : "live";
  },
  errorClass: (error) =>
    Object.entries(ERROR_CLASSES).find(([, errorClass]) => error instanceof errorClass)?.[0] ?? "Error",
  isErrorClass: (name) => Object.hasOwn(ERROR_CLASSES, name),
  isLanguageName: (name) => LANGUAGE_NAMES.has(name),
  languageClass: (name) => ({
    outerClass: LANGUAGE_NAMES.has(name) ? Reflect.get(globalThis, name) : undefined,
  }),
  hiddenSamples: () => [
    async () => undefined,
    function* () {},
    async function* () {},
    [][Symbol.iterator](),
    new Map()[Symbol.iterator](),
    new Set()[Symbol.iterator](),
    new Uint8Array(),
  ],
  members(value) {
    const shown = typeof value === "function" ? FUNCTION_MEMBERS : undefined;
    return Reflect.ownKeys(value).filter((key) =>
      typeof key === "string" ? !shown?.has(key) : SHOWN_SYMBOLS.has(key),
    );
  },
  bufferClass: Buffer,
  bufferMembers() {
    const named = (owner: object, except: ReadonlySet<string>) =>
      Object.entries(Object.getOwnPropertyDescriptors(owner))
        .filter(
          ([name, { value }]) => typeof value === "function" && value.name === name && !except.has(name),
        )
        .map(([, { value }]) => value as object);
    return {
      statics: named(Buffer, FUNCTION_MEMBERS),
      methods: named(Buffer.prototype, new Set(["constructor", "slice", "subarray"])),
    };
  },
  unbox,
  bytesOf: (memory) => new Uint8Array(memory),
  eachEntry(collection, visit) {
    for (const [key, member] of collection.entries()) visit(key, member);
  },
};

/** Whether the language itself made it, so that its methods work on nothing else. */
function isIterator(value: object): boolean {
  const isBuiltIn =
    types.isGeneratorObject(value) || types.isMapIterator(value) || types.isSetIterator(value);
  return isBuiltIn || Object.prototype.toString.call(value) === "[object Array Iterator]";
}

const FUNCTION_MEMBERS: ReadonlySet<string> = new Set(["length", "name", "prototype", "arguments", "caller"]);
const SHOWN_SYMBOLS: ReadonlySet<symbol> = new Set([
  Symbol.iterator,
  Symbol.asyncIterator,
  Symbol.toStringTag,
]);

function hasMethods(value: object): boolean {
  for (const key of Object.keys(value)) if (typeof Reflect.get(value, key) === "function") return true;
  return false;
}

/** The primitive value in an object, of whichever realm. */
export function unbox(value: object): unknown {
  if (types.isStringObject(value)) return String.prototype.valueOf.call(value);
  if (types.isNumberObject(value)) return Number.prototype.valueOf.call(value);
  if (types.isBooleanObject(value)) return Boolean.prototype.valueOf.call(value);
  if (types.isBigIntObject(value)) return BigInt.prototype.valueOf.call(value);
  return Symbol.prototype.valueOf.call(value);
}
