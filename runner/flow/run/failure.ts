import { types } from "node:util";
import { errorMessage, type Fault, QaError } from "../../base/errors.ts";
import { isStackOverflow } from "../../scenario/source/last-resort.ts";
import type { Position } from "../../scenario/source/source.ts";
import type { FlowFailureCode } from "../codes.ts";
import type { CompiledFlow } from "../types.ts";
import { aroseInOwnModule, scenarioFrames } from "./stack.ts";

/** Where a flow was when something went wrong. */
export interface FlowPosition {
  flow: CompiledFlow;
  step: { index: number; name: string };
  /** In a few words, for instance `call waitForOutboundMessage`. */
  statement: string;
  position: Position;
}

/** What a failed assert was made of. */
export interface AssertionEvidence {
  values: { expression: string; value: string }[];
  expected?: string;
  seen?: string;
}

interface FlowErrorOptions {
  code: string;
  fault: Fault;
  hint?: string;
  details?: string;
  /** What was thrown; what `catchAs` gives. Left out: this error itself. */
  thrown?: unknown;
  /** More exact than the statement's. */
  position?: Position;
  /** Stack lines that name the scenario. */
  stackLines?: readonly string[];
  evidence?: AssertionEvidence;
}

/** Anything that ends a flow, with its place in the scenario. */
export class FlowError extends QaError {
  readonly file: string;
  readonly step: { index: number; name: string };
  readonly statement: string;
  readonly position: Position;
  readonly stackLines: readonly string[];
  readonly evidence: AssertionEvidence | undefined;
  /** What was thrown, as the scenario's own `catch` sees it. */
  readonly thrown: unknown;

  constructor(message: string, where: FlowPosition, options: FlowErrorOptions) {
    super(message, { ...options, cause: options.thrown });
    this.name = "FlowError";
    this.file = where.flow.file;
    this.step = where.step;
    this.statement = where.statement;
    this.position = options.position ?? where.position;
    this.stackLines = options.stackLines ?? [];
    this.evidence = options.evidence;
    this.thrown = options.thrown ?? this;
  }
}

/** A failure that this folder knows by a code of its own. */
export function flowFailure(
  code: FlowFailureCode,
  message: string,
  where: FlowPosition,
  options: Omit<FlowErrorOptions, "code">,
): FlowError {
  return new FlowError(message, where, { code, ...options });
}

/**
 * Gives anything thrown its place in the scenario, and says whose fault it is: a known error says so
 * itself, a mistake in an expression or in what a scenario imports is the scenario's, a programming error
 * in an action is the harness's, and whatever else an action reports is the product's.
 */
export function locateFailure(thrown: unknown, where: FlowPosition): FlowError {
  if (thrown instanceof FlowError) return thrown;
  const frames = scenarioFrames(stackOf(thrown), where.flow);
  const place = { thrown, position: frames.position, stackLines: frames.lines };
  if (thrown instanceof QaError) {
    const { code, fault, hint, details } = thrown;
    return new FlowError(thrown.message, where, { code, fault, hint, details, ...place });
  }
  const message = errorMessage(thrown);
  if (isCode(thrown, "ERR_SCRIPT_EXECUTION_TIMEOUT")) {
    const hint = "Look for a loop without end, or a regular expression that backtracks.";
    return flowFailure("expression-timeout", message, where, { fault: "scenario", hint, ...place });
  }
  if (frames.innermost) {
    const unset = /^(\S+) is not defined$/.exec(message)?.[1];
    const hint = unset
      ? `No statement that sets \`${unset}\` has run before this one.`
      : message.startsWith("Code generation from strings")
        ? "There is no code from text in expressions: write it as an expression or a lambda of its own."
        : undefined;
    return flowFailure("expression-failed", message, where, { fault: "scenario", hint, ...place });
  }
  if (isStackOverflow(thrown)) {
    const hint = "Is a value nested very deeply, or does a function call itself without end?";
    return flowFailure("action-failed", message, where, { fault: "scenario", hint, ...place });
  }
  return flowFailure("action-failed", message, where, { fault: faultOf(thrown), ...place });
}

/** What Node says of modules that are missing or wrong: whoever imports them is the scenario, or a helper of its own. */
const MODULE_ERROR =
  /^(?:ERR_(?:MODULE|PACKAGE|UNSUPPORTED_(?:DIR_IMPORT|RESOLVE)|UNKNOWN_(?:BUILTIN|FILE|MODULE)|INVALID_(?:MODULE|PACKAGE)|REQUIRE|DLOPEN|ACCESS_DENIED)\w*|MODULE_NOT_FOUND)$/;

function faultOf(thrown: unknown): Fault {
  const { code, syscall } = isError(thrown) ? (thrown as NodeJS.ErrnoException) : {};
  if (typeof code === "string" && MODULE_ERROR.test(code)) return "scenario";
  // The machine lacks the program, or may not start it.
  if (typeof syscall === "string" && syscall.startsWith("spawn")) return "environment";
  if (!isProgrammingError(thrown)) return "product";
  return aroseInOwnModule(stackOf(thrown)) ? "scenario" : "harness";
}

/** Whether a value is an error, whichever realm it comes from. */
export function isError(value: unknown): value is Error {
  return value instanceof Error || types.isNativeError(value);
}

/** The errors that the JavaScript engine itself throws. */
export function isProgrammingError(thrown: unknown): boolean {
  return (
    isError(thrown) && ["TypeError", "ReferenceError", "RangeError", "SyntaxError"].includes(thrown.name)
  );
}

function stackOf(thrown: unknown): string | undefined {
  return isError(thrown) ? thrown.stack : undefined;
}

function isCode(thrown: unknown, code: string): boolean {
  return isError(thrown) && "code" in thrown && thrown.code === code;
}
