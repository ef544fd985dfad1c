import type { SourceRange } from "../../scenario/source/diagnostic.ts";
import type { ResultUse } from "./result-use.ts";

/** A dotted path that a statement, a ref or an expression names. */
export interface Use {
  via: "call" | "ref" | "expression";
  /** Root first; each with its place. */
  segments: readonly [Segment, ...Segment[]];
  /** Set if the path is called; the count is undefined if it is only known at run time. */
  call?: {
    argumentCount: number | undefined;
    /** The first argument, if it is a text that stands there. */
    firstText?: string | undefined;
    /** Of a call in an expression: what is done with the result where a promise cannot stand for it. */
    resultUse?: ResultUse | undefined;
    range: SourceRange;
  };
  write?: boolean;
  /** Runs later than its place in the document, in a lambda or an inner function. */
  deferred?: boolean;
}

export interface Segment {
  name: string;
  range: SourceRange;
}
