import { isJsonObject } from "../../base/json.ts";
import { isSecretParameter } from "../../base/secrets/names.ts";
import { replaceSecretLooks } from "../../base/secrets/patterns.ts";
import { isReference, mapTexts } from "../../base/secrets/secrets.ts";

/** Stands in the copy where a credential was. */
export const NOT_COPIED = "not-copied-by-the-rehearsal";

const VARIABLE = /\$\{\w+\}/g;
/** How a config names a credential that lies elsewhere. */
const REFERENCE_KEYS = ["source", "provider", "id"];

/**
 * A copy of a JSON value without credentials: texts whose name says that they are, or what they look like, references to
 * credentials that lie elsewhere, and variables of the environment.
 */
export function scrubbed(value: unknown): unknown {
  const known = mapTexts(withoutReferences(value), (text, isSecret) =>
    isSecret || isReference(text) ? NOT_COPIED : replaceSecretLooks(text, () => NOT_COPIED),
  );
  return withoutVariables(known);
}

/** The same for what a plugin or a skill is configured with, where a short name may hold a credential too. */
export function scrubbedSettings(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(scrubbedSettings);
  if (!isJsonObject(value)) return value;
  return Object.fromEntries(
    Object.entries(value).map(([name, member]) => {
      const opens = typeof member === "string" && (isSecretParameter(name) || looksRandom(member));
      return [name, opens ? NOT_COPIED : scrubbedSettings(member)];
    }),
  );
}

/** Long, without a space, of letters and digits: no word, path, address or name. */
function looksRandom(text: string): boolean {
  return (
    /^[\w+=~.-]{20,}$/.test(text) && /\d/.test(text) && /[A-Za-z]/.test(text) && !/^\d{4}-\d\d/.test(text)
  );
}

function withoutReferences(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withoutReferences);
  if (!isJsonObject(value)) return value;
  const keys = Object.keys(value);
  if (
    typeof value.source === "string" &&
    keys.length > 1 &&
    keys.every((key) => REFERENCE_KEYS.includes(key))
  )
    return NOT_COPIED;
  return Object.fromEntries(keys.map((key) => [key, withoutReferences(value[key])]));
}

function withoutVariables(value: unknown): unknown {
  return mapTexts(value, (text) => text.replace(VARIABLE, NOT_COPIED));
}
