import { errorMessage } from "../../base/errors.ts";
import type { RecordOf } from "../../report/events.ts";

/** Different questions whose last answers are remembered. */
const REMEMBERED = 100;
/** Of the gateway's interface: those that start, stop or wait for its process. Others only tell what is known. */
const OF_PROCESS: ReadonlySet<string> = new Set([
  ...[
    "restart",
    "restartAfterStateMutation",
    "stop",
    "signalProcess",
    "waitForNewBoot",
    "waitHealthy",
    "runCli",
  ],
]);

type Recorded =
  | Omit<RecordOf<"gateway-call">, "at" | "scenarioId">
  | Omit<RecordOf<"gateway-answer">, "at" | "scenarioId">;

interface CallsOptions {
  emit(event: Recorded): void;
  /** Gets each answer to an RPC that differs from the last one. */
  onAnswer(method: string, params: unknown, answer: unknown): void;
}

/**
 * Records what a scenario asks of the gateway. A wait asks the same again and again: from the second time on that it is
 * answered with the same, a question is in the record only when its answer changes.
 */
export class Calls {
  readonly #options: CallsOptions;
  /** By question: the last answer, the call that it was the answer of, and whether it has come twice. */
  readonly #last = new Map<string, { answer: string; call: number; isSettled: boolean }>();
  #serial = 0;

  constructor(options: CallsOptions) {
    this.#options = options;
  }

  /**
   * A member of the gateway's interface is called.
   * @returns what to call with its outcome
   */
  called(
    member: string,
    args: readonly unknown[],
  ): (outcome: { answer: unknown } | { error: unknown }) => void {
    const isRpc = member === "call";
    if (!isRpc && !OF_PROCESS.has(member)) return () => {};
    const [method, params] = isRpc ? [String(args[0]), args[1]] : [member, args.filter(isPlain)[0]];
    const paramsText = jsonOf(params);
    const question = `${member} ${method} ${paramsText}`;
    const isQuiet = isRpc && this.#last.get(question)?.isSettled === true;
    let call = 0;
    const begin = () => {
      this.#serial += 1;
      call = this.#serial;
      this.#options.emit({
        type: "gateway-call",
        call,
        via: isRpc ? "rpc" : "process",
        method,
        ...(paramsText ? { params: paramsText } : {}),
      });
    };
    if (!isQuiet) begin();
    return (outcome) => {
      if ("error" in outcome) {
        if (isQuiet) begin();
        this.#last.delete(question);
        this.#options.emit({
          type: "gateway-answer",
          call,
          failed: true,
          answer: errorMessage(outcome.error),
        });
        return;
      }
      const answer = jsonOf(outcome.answer);
      const before = this.#last.get(question);
      const isSame = isRpc && before?.answer === answer;
      if (isSame && isQuiet) return;
      if (isQuiet) begin();
      this.#remember(question, { answer, call: isSame ? before.call : call, isSettled: isSame });
      if (isRpc && !isSame) this.#options.onAnswer(method, params, outcome.answer);
      const shown = isSame ? { same: before.call } : textOf(answer);
      this.#options.emit({ type: "gateway-answer", call, failed: false, ...shown });
    };
  }

  #remember(question: string, last: { answer: string; call: number; isSettled: boolean }): void {
    this.#last.delete(question);
    this.#last.set(question, last);
    const [oldest] = this.#last.keys();
    if (this.#last.size > REMEMBERED && oldest !== undefined) this.#last.delete(oldest);
  }
}

function textOf(answer: string): { answer?: string } {
  return answer === "" ? {} : { answer };
}

function isPlain(value: unknown): boolean {
  return typeof value === "string" || Array.isArray(value);
}

/** Empty for what JSON does not have. */
function jsonOf(value: unknown): string {
  try {
    return JSON.stringify(value) ?? "";
  } catch {
    return "";
  }
}
