import { isJsonObject } from "../base/json.ts";
import { isSecretName } from "../base/secrets/names.ts";
import type { BusToolCall } from "./types.ts";

const MAX_DEPTH = 8;

const MASKED = "[redacted]";

/**
 * Tool calls as they may be shown: names and the shape of the arguments. Like upstream's bus it masks every text in
 * them, and what the name of a member says is a credential. Arguments that are not an object are omitted.
 */
export function sanitizeToolCalls(calls: readonly { name: string; arguments?: unknown }[]): BusToolCall[] {
  return calls.map(({ name, arguments: args }) =>
    isJsonObject(args) ? { name, arguments: maskObject(args, 0) } : { name },
  );
}

function maskObject(value: object, depth: number): Record<string, unknown> {
  // fromEntries defines own properties, so a key such as __proto__ stays plain data.
  return Object.fromEntries(
    Object.entries(value).map(([key, member]) => [key, isSecretName(key) ? MASKED : mask(member, depth + 1)]),
  );
}

function mask(value: unknown, depth: number): unknown {
  if (typeof value === "string") return MASKED;
  if (typeof value !== "object" || value === null) return value;
  if (depth > MAX_DEPTH) return "[…]";
  return Array.isArray(value) ? value.map((item) => mask(item, depth + 1)) : maskObject(value, depth);
}
