import { inspect } from "node:util";

/** Who has to act when something goes wrong; decides the verdict and the exit code. */
export type Fault = "product" | "scenario" | "harness" | "environment";

export interface QaErrorOptions {
  /** Stable, documented, kebab-case: `gateway-crashed`, `rpc-timeout`. */
  code: string;
  fault: Fault;
  /** What the reader can do about it, one sentence. */
  hint?: string;
  /** Longer evidence that belongs below the message: a log tail, a list of what was seen. */
  details?: string;
  cause?: unknown;
}

/**
 * A known error: it is printed without a stack trace, with its code and hint.
 * Anything else that reaches the top is a defect of the runner and keeps its stack.
 */
export class QaError extends Error {
  readonly code: string;
  readonly fault: Fault;
  readonly hint: string | undefined;
  readonly details: string | undefined;

  constructor(message: string, options: QaErrorOptions) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.name = "QaError";
    this.code = options.code;
    this.fault = options.fault;
    this.hint = options.hint;
    this.details = options.details;
  }
}

/** Wrong command line; ends the program with exit code 2. */
export class UsageError extends QaError {
  constructor(message: string, hint?: string) {
    super(message, { code: "usage", fault: "environment", hint });
    this.name = "UsageError";
  }
}

/** Ends a scenario as *skipped*: a guard is not set, or its author said so. Never a pass. */
export class SkipError extends QaError {
  constructor(reason: string, hint?: string) {
    super(reason, { code: "skipped", fault: "environment", hint });
    this.name = "SkipError";
  }
}

/**
 * Ends a scenario as *blocked*: the chosen gateway or environment lacks `capability`, or, with the fault `harness`, the
 * runner or the pack does. Never a pass.
 */
export class BlockedError extends QaError {
  readonly capability: string;

  constructor(capability: string, reason: string, hint?: string, fault: Fault = "environment") {
    super(reason, { code: "blocked", fault, hint });
    this.name = "BlockedError";
    this.capability = capability;
  }
}

/** The text of anything thrown, without a stack. Accepts values from another realm. */
export function errorMessage(error: unknown): string {
  if (typeof error !== "object" || error === null) return String(error);
  if ("message" in error && typeof error.message === "string") return error.message;
  // `String` calls whatever the object has for it, which may be nothing.
  return inspect(error, { depth: 1, breakLength: Number.POSITIVE_INFINITY });
}
