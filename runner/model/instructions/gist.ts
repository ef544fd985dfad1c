import { isJsonObject } from "../../base/json.ts";
import { isSecretName } from "../../base/secrets/names.ts";

const GIST_CHARS = 200;
const FRONT_MATTER = /^---\r?\n[\s\S]*?\r?\n---\r?\n/;

/** A tool result in one short line: the plain members of a JSON object, or the beginning of a text. */
export function gist(result: string): string {
  const flat = (plainMembers(result) ?? result.replace(FRONT_MATTER, "")).replaceAll(/\s+/g, " ").trim();
  return flat.length > GIST_CHARS ? `${flat.slice(0, GIST_CHARS)}…` : flat;
}

function plainMembers(text: string): string | undefined {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return undefined;
  }
  if (!isJsonObject(value)) return undefined;
  return Object.entries(value)
    .filter(([key, member]) => typeof member !== "object" && !isSecretName(key))
    .map(([key, member]) => `${key}: ${member}`)
    .join(", ");
}
