import { inspect, types } from "node:util";
import { deserialize, serialize } from "node:v8";
import { BlockedError, QaError, SkipError, UsageError } from "../../../base/errors.ts";
import { RpcError } from "../../../gateway/rpc/errors.ts";

/** Anything thrown, as plain data. */
export interface WireError {
  /** Absent: `value` was thrown, which is no error. */
  error?: { kind: string; name: string; message: string; stack: string | undefined };
  /** The error's own members. */
  members?: Record<string, unknown>;
  cause?: WireError;
  value?: unknown;
}

const KINDS = [
  ...[RpcError, BlockedError, SkipError, UsageError, QaError],
  ...[TypeError, RangeError, SyntaxError, ReferenceError, Error],
];
const MAX_CAUSES = 4;

/** Takes an error apart, so that `unpackError` makes one of it that says the same and is of the same class. */
export function packError(thrown: unknown, depth = 0): WireError {
  if (!(thrown instanceof Error || types.isNativeError(thrown))) return { value: copyOf(thrown) };
  const kind = KINDS.find((each) => thrown instanceof each) ?? Error;
  const members = Object.entries(thrown).map(([name, value]) => [name, copyOf(value)]);
  return {
    error: { kind: kind.name, name: thrown.name, message: String(thrown.message), stack: thrown.stack },
    members: Object.fromEntries(members),
    ...(thrown.cause === undefined || depth === MAX_CAUSES
      ? {}
      : { cause: packError(thrown.cause, depth + 1) }),
  };
}

export function unpackError({ error, members = {}, cause, value }: WireError): unknown {
  if (!error) return value;
  const kind = KINDS.find(({ name }) => name === error.kind) ?? Error;
  const thrown = new Error(error.message, cause && { cause: unpackError(cause) });
  Object.setPrototypeOf(thrown, kind.prototype);
  for (const [name, member] of Object.entries(members)) define(thrown, name, member, true);
  // Of what has no class here, such as AbortError.
  if (thrown.name !== error.name) define(thrown, "name", error.name, false);
  return define(thrown, "stack", error.stack, false);
}

function define(target: Error, name: string, value: unknown, enumerable: boolean): Error {
  return Object.defineProperty(target, name, { value, enumerable, configurable: true, writable: true });
}

/** What can be copied as it is, anything else as the text that shows it. */
function copyOf(value: unknown): unknown {
  try {
    return deserialize(serialize(value));
  } catch {
    return inspect(value, { depth: 2 });
  }
}
