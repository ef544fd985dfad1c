/** A JSON object whose members are not known. */
export type JsonObject = Record<string, unknown>;

/** Whether a value is an object that is neither null nor an array. */
export function isJsonObject(value: unknown): value is JsonObject {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** Deletes the members that are undefined: reports omit what is not known. */
export function withoutUndefined<T extends object>(value: T): T {
  for (const key of Object.keys(value) as (keyof T)[]) if (value[key] === undefined) delete value[key];
  return value;
}

/** A member that should be an object, of JSON whose shape is not certain; anything else is an empty one. */
export function objectOf(value: unknown): JsonObject {
  return isJsonObject(value) ? value : {};
}

/** A member that should be a list; anything else is an empty one. */
export function listOf(value: unknown): unknown[] {
  return Array.isArray(value) ? value : [];
}

/** The objects of a member that should be a list of such. */
export function objectsOf(value: unknown): JsonObject[] {
  return listOf(value).filter(isJsonObject);
}

/** Keys that reach into a prototype. */
const REFUSED = new Set(["__proto__", "constructor", "prototype"]);

/**
 * Applies a JSON merge patch (RFC 7396): null deletes, objects merge, everything else replaces.
 * Neither argument is changed. Keys that reach into a prototype are dropped.
 */
export function mergePatch(target: unknown, patch: JsonObject): JsonObject {
  const result: JsonObject = isJsonObject(target) ? { ...target } : {};
  for (const [key, value] of Object.entries(patch)) {
    if (REFUSED.has(key)) continue;
    if (value === null) delete result[key];
    else
      result[key] = isJsonObject(value)
        ? mergePatch(Object.hasOwn(result, key) ? result[key] : undefined, value)
        : value;
  }
  return result;
}
