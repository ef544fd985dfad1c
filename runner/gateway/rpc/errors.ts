import { QaError } from "../../base/errors.ts";
import type { JsonObject } from "../../base/json.ts";
import type { Redactor } from "../../base/secrets/secrets.ts";
import { suggest } from "../../base/suggest.ts";

/** The gateway answered, and its answer is no. */
export class RpcError extends QaError {
  readonly method: string;
  /** The gateway's own code: `INVALID_REQUEST`, `UNAVAILABLE`, … */
  readonly rpcCode: string;
  readonly retryable: boolean;
  /** Milliseconds, when the gateway says how long to wait. */
  readonly retryAfterMs: number | undefined;
  /** What the gateway adds, for instance the list of problems of a refused config. */
  readonly rpcDetails: unknown;
  /** The gateway has no such method. */
  readonly isUnknownMethod: boolean;
  /** The method of the gateway's own whose name is near to one that it does not know. */
  readonly meant: string | undefined;

  constructor(method: string, refusal: Refusal) {
    const isUnknownMethod = /unknown method/i.test(refusal.message);
    const meant = isUnknownMethod ? suggest(method, refusal.methods) : undefined;
    super(`${method} was refused: ${refusal.message} (${refusal.code})`, {
      code: "rpc-error",
      fault: "product",
      hint: refusal.hint ?? (meant === undefined ? undefined : `Did you mean \`${meant}\`?`),
      details: refusal.details === undefined ? undefined : JSON.stringify(refusal.details, null, 2),
    });
    this.name = "RpcError";
    this.method = method;
    this.rpcCode = refusal.code;
    this.retryable = refusal.retryable;
    this.retryAfterMs = refusal.retryAfterMs;
    this.rpcDetails = refusal.details;
    this.isUnknownMethod = isUnknownMethod;
    this.meant = meant;
  }
}

interface Refusal {
  code: string;
  message: string;
  retryable: boolean;
  retryAfterMs: number | undefined;
  details: unknown;
  hint?: string | undefined;
  /** Those that the gateway knows. */
  methods: readonly string[];
}

/**
 * Reads the `error` member of a response frame, whatever of it is there.
 * @param methods those that the gateway knows
 */
export function toRpcError(
  method: string,
  error: unknown,
  redactor: Redactor,
  { hint, methods = [] }: { hint?: string; methods?: Iterable<string> } = {},
): RpcError {
  const { code, message, retryable, retryAfterMs, details } = (error ?? {}) as JsonObject;
  return new RpcError(method, {
    code: typeof code === "string" ? code : "UNKNOWN",
    message: redactor.redactText(typeof message === "string" ? message : "no reason given"),
    retryable: retryable === true,
    retryAfterMs: typeof retryAfterMs === "number" ? retryAfterMs : undefined,
    details: redactor.redact(details),
    hint,
    methods: [...methods],
  });
}

/** The call was on its way when the gateway restarted: whether it took effect is not known. */
export function restartedError(method: string): QaError {
  return new QaError(`${method}: the gateway restarted before it answered`, {
    code: "gateway-restarted",
    fault: "product",
    hint: "The call may have taken effect: read the state again, then decide whether to repeat it.",
  });
}

/** The connection broke, but the gateway is the same process as before. */
export function droppedError(method: string, closeCode: number): QaError {
  return new QaError(
    `${method}: the gateway dropped the connection before it answered (close code ${closeCode})`,
    {
      code: "rpc-closed",
      fault: "product",
      hint: "The call may have taken effect: read the state again, then decide whether to repeat it.",
    },
  );
}

/** The runner itself ended the connection. */
export function stoppedError(): QaError {
  return new QaError("the gateway was stopped by this run", {
    code: "rpc-closed",
    fault: "scenario",
    hint: "Nothing can be asked of a stopped gateway; look for a wait or call that outlives its step.",
  });
}

export function timeoutError(method: string, timeoutMs: number, sent: boolean, logTail: string): QaError {
  const message = sent
    ? `${method}: no answer within ${timeoutMs} ms`
    : `${method}: no connection to the gateway within ${timeoutMs} ms`;
  return new QaError(message, { code: "rpc-timeout", fault: "product", details: logTail || undefined });
}
