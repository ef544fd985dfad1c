import type { ModelRule, ModelScript } from "../scenario/schema/model-script-schema.ts";
import { type ModelAnswer, type Plan, say, sayUnavailable } from "./answer.ts";
import { declaredTool, inputText, type ModelRequest } from "./request.ts";
import type { Turn } from "./turn.ts";

interface PreparedRule {
  name: string;
  rule: ModelRule;
  pattern: RegExp | undefined;
  used: number;
}

/** A scenario's model script, with the count of what its rules have answered. */
export class ScriptedRules {
  readonly #rules: readonly PreparedRule[];
  readonly #fallback: "instructions" | "error";

  constructor(script: ModelScript) {
    this.#fallback = script.fallback ?? "instructions";
    this.#rules = script.rules.map((rule, index) => ({
      name: rule.name ?? `rules[${index}]`,
      rule,
      pattern: rule.match?.textMatches === undefined ? undefined : new RegExp(rule.match.textMatches),
      used: 0,
    }));
  }

  /** Gates that are closed until the flow opens them. */
  gates(): string[] {
    return this.#rules.flatMap(({ rule }) => rule.hold ?? []);
  }

  /** The answer of the first rule that matches; undefined leaves the request to the instruction-following model. */
  plan(request: ModelRequest, turn: Turn): Plan | undefined {
    const chosen = this.#rules.find(
      (prepared) => prepared.used < (prepared.rule.times ?? Infinity) && matches(prepared, request, turn),
    );
    if (chosen) {
      chosen.used += 1;
      const { hold, delayMs, stream, usage } = chosen.rule;
      return { answer: answerOf(chosen.rule, request), rule: chosen.name, hold, delayMs, stream, usage };
    }
    if (this.#fallback === "instructions") return undefined;
    const message = `no rule of the scenario's qa-model block matches this request (model ${request.model}, turn ${turn.number})`;
    return { answer: { kind: "error", status: 400, message }, rule: "fallback" };
  }
}

function matches({ rule, pattern }: PreparedRule, request: ModelRequest, turn: Turn): boolean {
  const { text, lastUser, system, tool, toolResult, model, turn: number } = rule.match ?? {};
  return (
    (model === undefined || request.model === model) &&
    (number === undefined || turn.number === number) &&
    (tool === undefined || declaredTool(request, tool) !== undefined) &&
    (lastUser === undefined || (turn.userTexts[0]?.includes(lastUser) ?? false)) &&
    (system === undefined || request.instructions.includes(system)) &&
    (toolResult === undefined || turn.exchanges.some(({ result }) => result.includes(toolResult))) &&
    (text === undefined || inputText(request).includes(text)) &&
    (pattern === undefined || pattern.test(inputText(request)))
  );
}

function answerOf(rule: ModelRule, request: ModelRequest): ModelAnswer {
  if (rule.reply !== undefined) {
    return rule.reasoning === undefined ? say(rule.reply) : { ...say(rule.reply), reasoning: rule.reasoning };
  }
  if (rule.fail) {
    const { status, message = "failed on purpose", reasoning } = rule.fail;
    return { kind: "error", status, message, reasoning };
  }
  if (!rule.toolCalls) return { kind: "hang" };
  // As with a real model, a tool that the request does not declare cannot be called.
  const missing = rule.toolCalls.find(({ name }) => !declaredTool(request, name));
  if (missing) return sayUnavailable(missing.name);
  const calls = rule.toolCalls.map((call) => ({ name: call.name, arguments: call.arguments ?? {} }));
  return { kind: "tool-calls", calls };
}
