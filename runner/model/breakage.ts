import { type BorderFault, type Injections, LATE_MS } from "../base/border-faults.ts";
import type { ModelAnswer, Plan } from "./answer.ts";
import { say } from "./answer.ts";
import { followInstructions } from "./instructions/instructions.ts";
import type { ModelRequest } from "./request.ts";
import type { Turn } from "./turn.ts";

const COME_BACK_SECONDS = 1;
/** No gateway has a tool of this name. */
const NO_TOOL = "qa_no_such_tool";
const NO_ARGUMENT = "qa_no_such_argument";

/**
 * What is planned to be answered, with what is to go wrong there. A rule of the scenario's script is not used up by an answer
 * that it does not give: whoever asks again gets that.
 * @param plan asks for the true answer
 */
export function withBreakage(
  plan: () => Plan,
  request: ModelRequest,
  turn: Turn,
  injections: Injections,
): Plan {
  const fault = injections.pass("answer");
  const instead = fault && insteadOf(fault, request, turn, injections);
  if (fault && instead) return { ...instead, rule: fault };
  const planned = plan();
  const late = fault === "model.slow" ? { ...planned, delayMs: (planned.delayMs ?? 0) + LATE_MS } : planned;
  if (late.answer.kind !== "tool-calls") return late;
  const wrong = injections.pass("tool call");
  const answer = wrong && wrongCalls(wrong, late.answer);
  return wrong && answer ? { ...late, answer, rule: wrong } : late;
}

function insteadOf(
  fault: BorderFault,
  request: ModelRequest,
  turn: Turn,
  injections: Injections,
): Omit<Plan, "rule"> | undefined {
  switch (fault) {
    case "model.empty":
      return { answer: say("") };
    case "model.error":
      return { answer: { kind: "error", status: 500, message: "the model has an error" } };
    case "model.rate-limit":
      return {
        answer: {
          kind: "error",
          status: 429,
          message: "too many requests",
          comeBackSeconds: COME_BACK_SECONDS,
        },
      };
    case "model.garbage":
      return { answer: say("…"), breaks: { how: "garbage" } };
    case "model.cut":
    case "model.stall": {
      const { answer } = followInstructions(request, turn);
      const begun = answer.kind === "text" && answer.text === "" ? say("…") : answer;
      const share = injections.chance(fault);
      injections.note(fault, `after ${Math.round(share * 100)} % of the answer`);
      return { answer: begun, breaks: { how: fault === "model.cut" ? "cut" : "stall", share } };
    }
    default:
      return undefined;
  }
}

type Calls = Extract<ModelAnswer, { kind: "tool-calls" }>;

function wrongCalls(fault: BorderFault, { kind, calls }: Calls): Calls | undefined {
  const [first] = calls;
  if (!first) return undefined;
  switch (fault) {
    case "model.tool-twice":
      return { kind, calls: [first, ...calls] };
    case "model.wrong-tool":
      return { kind, calls: [{ ...first, name: NO_TOOL }, ...calls.slice(1)] };
    case "model.unknown-arguments":
      return {
        kind,
        calls: [{ ...first, arguments: { ...first.arguments, [NO_ARGUMENT]: true } }, ...calls.slice(1)],
      };
    default:
      return undefined;
  }
}
