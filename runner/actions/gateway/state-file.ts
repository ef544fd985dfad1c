import { readFile } from "node:fs/promises";
import { QaError } from "../../base/errors.ts";

/**
 * JSON that the gateway keeps in a file, as it lies there.
 * @param what names it in the error, for instance `restart-sentinel.json`
 * @returns undefined when there is no such file
 * @throws QaError `bad-answer`, fault product, with the beginning of what is not JSON
 */
export async function readStateFile<T>(path: string, what: string): Promise<T | undefined> {
  let text: string;
  try {
    text = await readFile(path, "utf8");
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return undefined;
    throw error;
  }
  try {
    return JSON.parse(text) as T;
  } catch (error) {
    throw new QaError(`${what} is not JSON`, {
      code: "bad-answer",
      fault: "product",
      details: text.slice(0, 500),
      cause: error,
    });
  }
}
