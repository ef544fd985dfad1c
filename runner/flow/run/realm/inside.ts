import { readFileSync } from "node:fs";
import vm from "node:vm";
import type { ComparisonOperator } from "../../types.ts";
import type { Outside } from "./outside.ts";

/** A value of a flow's context as it is. The outer side hands it on to `Inside` and does nothing else with it. */
export type Raw = unknown;

/** What the outer side may call in a context. Throws what an expression may see. */
export interface Inside {
  /** What stands in the context for a value from outside. */
  take(value: unknown): Raw;
  /** The object outside that a value of the context stands for. */
  original(inner: Raw): object | undefined;
  /** The function outside that a function of the context calls. */
  callee(inner: Raw): object | undefined;
  /** From now on each of the two is brought out, or taken in, as the other. */
  link(inner: Raw, outer: object): void;
  /** From now on `outer` is taken in as `inner`. */
  remember(inner: Raw, outer: object): void;
  isBuffer(value: object): boolean;
  setBytes(target: Raw, bytes: NodeJS.TypedArray): void;
  call(callable: Raw, self: Raw, ...args: Raw[]): Raw;
  /** Prepares the call that the entry function will make. */
  stage(callable: Raw, ...args: Raw[]): void;
  /** Awaits a value in the context. */
  settle(value: Raw, settled: (failed: boolean, result: Raw) => void): void;
  /** A variable, or a name of the flow API. */
  read(name: string): Raw;
  /** @returns false if an expression has made sure that the name cannot be set */
  write(name: string, value: Raw): boolean;
  /** Whether the scenario has set the name. */
  isVariable(name: string): boolean;
  /** `owner[key]`; undefined if there is no owner. */
  member(owner: Raw, key: string): Raw;
  /** The result of a comparison, by the language's own rules. */
  compare(operator: ComparisonOperator, left: Raw, right: Raw): boolean;
  list(...items: Raw[]): Raw;
  /** An object of `key, value, key, value…`. */
  record(...pairs: Raw[]): Raw;
  rename(callable: Raw, name: string): Raw;
}

let scripts: { fix: vm.Script; enclose: vm.Script } | undefined;

function compile(text: string): vm.Script {
  // In strict code no function can be found as the `caller` of another. Its frames are no part of what an author is shown.
  return new vm.Script(`"use strict";${text}`, { filename: "node:flow-border" });
}

/** Makes the inner side of a border in a context that no expression has run in yet. */
export function encloseIn(context: vm.Context, outside: Outside): Inside {
  scripts ??= {
    fix: compile(readFileSync(new URL("fix.js", import.meta.url), "utf8")),
    enclose: compile(readFileSync(new URL("inside.js", import.meta.url), "utf8")),
  };
  const options = { displayErrors: false };
  const fix: Raw = scripts.fix.runInContext(context, options);
  const enclose: (outside: Outside, fix: Raw) => Inside = scripts.enclose.runInContext(context, options);
  return enclose(outside, fix);
}
