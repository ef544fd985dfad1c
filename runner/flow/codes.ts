import type { DiagnosticCode } from "../scenario/codes.ts";

/** Every diagnostic of the flow compiler's own, with the one line that the docs give it. */
export const FLOW_DIAGNOSTIC_CODES = {
  "argument-count": "A call has too few or too many arguments.",
  "assert-cannot-fail": "The condition of an assert is always true, so it checks nothing.",
  "await-in-sync-lambda": "A lambda awaits something but is not `async: true`.",
  "code-from-text": "An expression calls `eval` or `Function`, which fail: there is no code from text.",
  "expects-nothing": "No statement of a scenario expects anything.",
  "expression-syntax": "An expression is not JavaScript.",
  "expression-trailing": "Something follows after the end of an expression.",
  "expression-too-long": "An expression is longer than 65,536 characters, or has more than 100 named groups.",
  "invalid-assignment": "An expression assigns to a name that is not a variable of the scenario.",
  "invalid-duration": "A `within` is not a duration such as `20s`.",
  "invalid-name": "A variable's name is not a JavaScript identifier.",
  "invalid-path": "A dotted path, or one in a text, has an empty or forbidden part.",
  "invalid-pattern": "The pattern of a matcher is not a regular expression.",
  "literal-expression": "A mapping has `expr` or `lambda` beside other keys, so that it is plain data.",
  "matcher-cannot-match":
    "A matcher can never match what it is about, whose type is declared, so that its opposite always does.",
  "matcher-cannot-fail": "A matcher matches everything, so that it checks nothing.",
  "missing-await": "The promise of an asynchronous action is used as if it were the action's result.",
  "mistyped-name": "A name that nothing is known to have, and that looks like a known one.",
  "mixed-matcher": "A mapping has words of matchers beside names of members.",
  "not-callable": "A call names something that is not a function.",
  "not-declared":
    "A statement is about something that the front matter does not declare, such as a fake of a service.",
  "pattern-as-text": "A text is written as other languages write a pattern.",
  "permission-required": "A name exists only for scenarios that declare a permission.",
  "reply-taken": "A statement waits for a reply that the one before it has taken itself.",
  "shadowed-name": "A variable has the name of an action or of a JavaScript global.",
  "two-statements": "An entry of a list of actions has the keys of two statements.",
  "swallowed-failure": "An assert or throw stands in a try whose catch is empty, so that it changes nothing.",
  "try-without-handler": "A try has neither `catch` nor `finally`, so it changes nothing.",
  "unheard-callback": "An async function is handed to what does not wait for it, such as `forEach`.",
  "unknown-action": "A call names neither an action nor a variable.",
  "unknown-config-key": "`config` has no such key in this scenario.",
  "unknown-member": "An object of the flow API has no such member.",
  "unknown-name": "An expression or ref uses a name that nothing defines.",
  "unknown-statement": "A list of actions holds something that is not a statement.",
  "used-before-set": "A variable is read before the statement that sets it.",
} as const satisfies Record<string, string>;

/** Own codes, and those of scenario files that mean the same here. */
export type FlowDiagnosticCode =
  | keyof typeof FLOW_DIAGNOSTIC_CODES
  | Extract<
      DiagnosticCode,
      | "duplicate-step"
      | "unknown-fence"
      | "invalid-value"
      | "missing-property"
      | "nested-too-deep"
      | "unexpected-property"
      | "unknown-key"
      | "wrong-length"
      | "wrong-type"
    >;

/** Codes of failures while a flow runs, beside those that actions give their own errors. */
const FLOW_FAILURE_CODES = {
  "action-failed": "An action threw an error that it has no code for.",
  "action-timeout": "An action did not finish within its limit.",
  "assertion-failed": "The condition of an assert was not true.",
  "bad-matcher": "A value made a matcher useless: an empty text, a broken pattern, a range turned round.",
  "callable-not-found": "A call's path led to nothing that can be called.",
  "expression-failed": "An expression of the scenario threw an error of its own.",
  "expression-timeout": "An expression computed without end.",
  "no-value": "A value of a text is not there, or cannot stand in a text.",
  "not-awaited": "A call that the flow did not await failed.",
  "not-a-list": "The items of a forEach were not a list.",
  "scenario-threw": "A `throw` statement ended the scenario.",
  "step-timeout": "A step did not finish within its limit.",
} as const satisfies Record<string, string>;

export type FlowFailureCode = keyof typeof FLOW_FAILURE_CODES;
