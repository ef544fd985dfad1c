import type { JsonObject } from "./json.ts";

const REFUSED = new Set(["__proto__", "constructor", "prototype"]);

/**
 * Applies a JSON merge patch (RFC 7396): null deletes, objects merge, everything else replaces.
 * Neither argument is changed. Keys that reach into a prototype are dropped.
 */
export function mergePatch(target: unknown, patch: JsonObject): JsonObject {
  const result: JsonObject = isObject(target) ? { ...target } : {};
  for (const [key, value] of Object.entries(patch)) {
    if (REFUSED.has(key)) continue;
    if (value === null) delete result[key];
    else
      result[key] = isObject(value)
        ? mergePatch(Object.hasOwn(result, key) ? result[key] : undefined, value)
        : value;
  }
  return result;
}

function isObject(value: unknown): value is JsonObject {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
