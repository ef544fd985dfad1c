import { readFile, stat, writeFile } from "node:fs/promises";
import writeFileAtomic from "write-file-atomic";
import { isJsonObject, type JsonObject } from "./json.ts";

/**
 * Writes a file so that a reader sees the old or the new text, never half of one, also after a loss of power.
 * Mode 0600.
 * @throws the file system's error, or Error where something stands that is neither a file nor a device
 */
export async function replaceFile(path: string, text: string): Promise<void> {
  const found = await stat(path).catch(() => undefined);
  if (found === undefined || found.isFile()) return writeFileAtomic(path, text, { mode: 0o600 });
  // A device such as /dev/stdout or /dev/null is written to, not put aside for a file of its name.
  if (found.isCharacterDevice()) return writeFile(path, text);
  throw new Error(`${path} is there, and is no file that could be written`);
}

/** The same with a JSON value, indented. */
export function replaceJsonFile(path: string, value: unknown): Promise<void> {
  return replaceFile(path, `${JSON.stringify(value, null, 2)}\n`);
}

/** @throws the file system's error, or SyntaxError */
export async function readJsonFile(path: string): Promise<unknown> {
  return JSON.parse(await readFile(path, "utf8"));
}

/** @throws the file system's error, SyntaxError, or TypeError for JSON that is not an object */
export async function readJsonObject(path: string): Promise<JsonObject> {
  const value = await readJsonFile(path);
  if (!isJsonObject(value)) throw new TypeError(`${path} does not hold a JSON object`);
  return value;
}
