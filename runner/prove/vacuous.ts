import { effectFor, withDefaults } from "../flow/arguments.ts";
import type {
  ActionStatement,
  CompiledFlow,
  CompiledMatcher,
  Statement,
  Step,
  Value,
} from "../flow/types.ts";
import type { Effect, FunctionEntry } from "../flow/vocabulary.ts";

/** Longest wait for what may hold without the step's acts: what does not come from them is there, or was on its way. */
const WITHIN_MS = 2_000;

/** Something that is expected in a step, by its place in the file. */
interface Assertion {
  step: string;
  /** 1-based. */
  line: number;
  label: string;
  /** Why it is expected, in the author's words. */
  because?: string;
}

/** A flow up to a step of which the acts are left out, and what that step expects. */
export interface WithoutActs {
  flow: CompiledFlow;
  /** By the label of the statement that is begun once it was found to hold. */
  asked: ReadonlyMap<string, Assertion>;
}

/**
 * For each step that acts and then expects something, the flow up to it without its acts. What says that there is nothing, or
 * that something is otherwise, is not asked: it holds where nothing was done, and needs a fault to be proven by.
 */
export function withoutActs(flow: CompiledFlow): WithoutActs[] {
  return flow.steps.flatMap((step, index) => {
    const asked = new Map<string, Assertion>();
    let acts = 0;
    const actions = step.actions.map((statement): Statement | undefined => {
      if (statement.kind !== "action") return statement;
      const entry = flow.statements[statement.action];
      if (!entry) return statement;
      const effect = effectOf(statement, entry);
      if (entry.statement === "acts" && effect !== "reads") {
        // What is refused is to change nothing: that all is as it was holds without it, and needs a fault to be proven by.
        if (!isRefused(statement)) acts += 1;
        return { ...statement, leftOut: effect };
      }
      if (isNegative(statement)) return undefined;
      const asks = acts > 0 && (entry.statement !== "acts" || statement.answer !== undefined);
      return alone(statement, asks ? step : undefined, asked);
    });
    if (acts === 0 || asked.size === 0) return [];
    const last = { ...step, actions: actions.filter((each) => each !== undefined) };
    return [{ flow: { ...flow, steps: [...flow.steps.slice(0, index), last] }, asked }];
  });
}

/** A statement that may fail without ending its step. @param step where it is one that is asked about */
function alone(statement: ActionStatement, step: Step | undefined, asked: Map<string, Assertion>): Statement {
  const { position, because } = statement;
  const limited = { ...statement, withinMs: Math.min(statement.withinMs ?? WITHIN_MS, WITHIN_MS) };
  const holds = `holds: ${statement.label} (line ${position.line}:${position.column})`;
  if (step)
    asked.set(holds, {
      step: step.name,
      line: position.line,
      label: statement.label,
      ...(because?.kind === "literal" ? { because: String(because.value) } : {}),
    });
  const marker: Statement = {
    ...{ kind: "set", position, label: holds, name: "held" },
    value: { kind: "literal", value: true },
  };
  return {
    ...{ kind: "try", position, label: statement.label },
    actions: step ? [limited, marker] : [limited],
    handler: [],
  };
}

function effectOf({ params }: ActionStatement, entry: FunctionEntry): Effect {
  const literals = params.map(([name, value]) => [name, value.kind === "literal" ? value.value : undefined]);
  return effectFor(entry, withDefaults(entry, Object.fromEntries(literals)));
}

/** Whether an act is to be refused: with an error, or as a command by any exit code but 0. A certain code is a result of its own. */
function isRefused({ error, params }: ActionStatement): boolean {
  if (error) return true;
  const [, exit] = params.find(([name]) => name === "exit") ?? [];
  if (exit?.kind !== "matcher" || exit.matcher.kind !== "not") return false;
  const { matcher } = exit.matcher;
  return matcher.kind === "equals" && isLiteral(matcher.value, 0);
}

/** What a statement forbids, or that something is not there, or is otherwise. */
function isNegative({ action, params, answer, times }: ActionStatement): boolean {
  // With a number, what holds already says that no more may come.
  if (/^expectNo[A-Z]/.test(action) || times !== undefined) return true;
  const matchers = params.flatMap(([, value]) => (value.kind === "matcher" ? [value.matcher] : []));
  const all = answer ? [...matchers, answer] : matchers;
  return all.length > 0 && all.every(saysNothingIsThere);
}

function saysNothingIsThere(matcher: CompiledMatcher): boolean {
  switch (matcher.kind) {
    case "not":
      return true;
    case "exists":
      return isLiteral(matcher.value, false);
    case "equals":
      return (
        isLiteral(matcher.value, null) || (matcher.value.kind === "list" && matcher.value.items.length === 0)
      );
    case "count":
      return matcher.matcher.kind === "equals" && isLiteral(matcher.matcher.value, 0);
    case "members":
      return matcher.members.every(([, member]) => saysNothingIsThere(member));
    case "allOf":
    case "anyOf":
      return matcher.matchers.every(saysNothingIsThere);
    case "every":
      return saysNothingIsThere(matcher.matcher);
    default:
      return false;
  }
}

function isLiteral(value: Value, literal: unknown): boolean {
  return value.kind === "literal" && value.value === literal;
}
