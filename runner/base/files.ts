import { constants, type Stats } from "node:fs";
import { open, stat, writeFile } from "node:fs/promises";
import { dirname } from "node:path";
import writeFileAtomic from "write-file-atomic";
import { isJsonObject, type JsonObject } from "./json.ts";

/**
 * Writes a file so that a reader sees the old or the new text, never half of one, also after a loss of power.
 * Mode 0600.
 * @throws the file system's error, or Error where something stands that is neither a file nor a device
 */
export async function replaceFile(path: string, text: string): Promise<void> {
  const found = await stat(path).catch(() => undefined);
  if (found === undefined || found.isFile()) {
    return writeFileAtomic(path, text, { mode: 0o600 }).catch((error: NodeJS.ErrnoException) => {
      // It speaks of a file of the library's own, beside the one that is meant.
      const gone = error.code === "ENOENT" || error.code === "ENOTDIR";
      throw gone ? new Error(`the folder ${dirname(path)} is not there any more`) : error;
    });
  }
  // A device such as /dev/stdout or /dev/null is written to, not put aside for a file of its name.
  if (found.isCharacterDevice()) return writeFile(path, text);
  throw new Error(`${path} is there, and is no file that could be written`);
}

/**
 * Writes another text into a file that is there, so that a reader sees the old or the new one. The file keeps its mode and
 * owner; a link stays one, and the file that it leads to is written.
 * @throws the file system's error
 */
export async function rewriteFile(path: string, text: string): Promise<void> {
  // The library finds mode and owner by itself, and follows links.
  await writeFileAtomic(path, text);
}

/**
 * Reads a text. A pipe, a device or a folder is refused at once instead of being waited for.
 * @throws the file system's error, or Error saying what it is instead
 */
export async function readRegularFile(path: string): Promise<string> {
  // Without NONBLOCK, opening a pipe waits for somebody who writes to it. (Windows has neither.)
  const file = await open(path, constants.O_RDONLY | (constants.O_NONBLOCK ?? 0));
  try {
    const stats = await file.stat();
    if (!stats.isFile()) throw new Error(`it is ${kindOf(stats)}, not a file`);
    return await file.readFile("utf8");
  } finally {
    await file.close();
  }
}

/** What a path leads to, for people: `a folder`, `a pipe`, `a socket`, `a device`. */
export function kindOf(stats: Stats): string {
  if (stats.isFile()) return "a file";
  if (stats.isDirectory()) return "a folder";
  if (stats.isFIFO()) return "a pipe";
  return stats.isSocket() ? "a socket" : "a device";
}

/** The same with a JSON value, indented. */
export function replaceJsonFile(path: string, value: unknown): Promise<void> {
  return replaceFile(path, `${JSON.stringify(value, null, 2)}\n`);
}

/** @throws the file system's error, SyntaxError, or Error for what is no file */
export async function readJsonFile(path: string): Promise<unknown> {
  return JSON.parse(await readRegularFile(path));
}

/** @throws the file system's error, SyntaxError, or TypeError for JSON that is not an object */
export async function readJsonObject(path: string): Promise<JsonObject> {
  const value = await readJsonFile(path);
  if (!isJsonObject(value)) throw new TypeError(`${path} does not hold a JSON object`);
  return value;
}
