import type { Permission } from "./vocabulary.ts";

/** What every JavaScript expression may use: the names the language itself defines. */
export const LANGUAGE_NAMES: ReadonlySet<string> = new Set([
  ...["undefined", "NaN", "Infinity", "globalThis", "eval", "isFinite", "isNaN", "parseFloat", "parseInt"],
  ...["decodeURI", "decodeURIComponent", "encodeURI", "encodeURIComponent", "escape", "unescape"],
  ...["Object", "Function", "Boolean", "Symbol", "Number", "BigInt", "Math", "Date", "String", "RegExp"],
  ...["Array", "Map", "Set", "WeakMap", "WeakSet", "WeakRef", "Iterator"],
  ...["ArrayBuffer", "SharedArrayBuffer", "DataView", "Atomics", "JSON", "Intl", "Promise", "Reflect"],
  ...[
    "Int8Array",
    "Uint8Array",
    "Uint8ClampedArray",
    "Int16Array",
    "Uint16Array",
    "Int32Array",
    "Uint32Array",
  ],
  ...["BigInt64Array", "BigUint64Array", "Float32Array", "Float64Array"],
  ...[
    "Error",
    "AggregateError",
    "EvalError",
    "RangeError",
    "ReferenceError",
    "SyntaxError",
    "TypeError",
    "URIError",
  ],
]);

/** Globals of the host that only compute; every expression may use them. */
export const HARMLESS_GLOBALS = [
  "URL",
  "URLSearchParams",
  "TextEncoder",
  "TextDecoder",
  "structuredClone",
  "atob",
  "btoa",
  "Buffer",
  "AbortController",
  "AbortSignal",
] as const;

/** Names that exist only for a scenario that declares the permission. `fs` is part of the flow API. */
const PERMISSION_NAMES: Readonly<Record<Permission, readonly string[]>> = {
  fs: ["fs"],
  process: ["process", "fetch", "setTimeout", "clearTimeout", "setInterval", "clearInterval", "setImmediate"],
  import: ["require"],
};

export const ALL_PERMISSIONS: ReadonlySet<Permission> = new Set(["fs", "process", "import"]);

/** The permission that a name needs, if it is one of the guarded ones. */
export function permissionFor(name: string): Permission | undefined {
  for (const permission of ALL_PERMISSIONS) {
    if (PERMISSION_NAMES[permission].includes(name)) return permission;
  }
  return undefined;
}

/** What to use instead of names that people bring along from Node or the browser. */
export const INSTEAD: Readonly<Record<string, string>> = {
  console: "Put the text into the step's detailsExpr; the report shows it.",
  fetch: "Use fetchJson(url).",
  crypto: "Use randomUUID().",
  performance: "Use Date.now().",
  queueMicrotask: "Await the value instead.",
  arguments: "Name the lambda's params.",
  exports: "An expression is not a module.",
  module: "An expression is not a module.",
  window: "Expressions run in the runner, not in a browser.",
  document: "Expressions run in the runner, not in a browser.",
  FinalizationRegistry: "What it calls would run after the flow.",
  Proxy: "Expressions have no Proxy; write an object with the members that are needed.",
};
