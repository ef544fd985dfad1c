import { createHash } from "node:crypto";
import { isJsonObject } from "../base/json.ts";
import { readText } from "../scenario/source/read-source.ts";

/** Why nothing is known to be proven by a scenario: it was never seen to fail, or it has changed since. */
export type Unproven = "never" | "changed";

/**
 * Which scenarios are unproven, according to what `qa prove` kept: their files are compared, not what they run on.
 * @param path of the file that it kept, absolute
 * @returns undefined where there is no such file, or one that cannot be read: whoever proves nothing is not told
 */
export function unprovenAmong(
  scenarios: readonly { id: string; file: { path: string }; pack: { builtin?: true } }[],
  path: string,
): Map<string, Unproven> | undefined {
  const kept = parsed(readText(path));
  if (!isJsonObject(kept) || !isJsonObject(kept.scenarios)) return undefined;
  const { scenarios: known } = kept;
  const unproven = new Map<string, Unproven>();
  for (const { id, file, pack } of scenarios) {
    // Those that come with the tool are proven where the tool is made.
    if (pack.builtin) continue;
    const entry = Object.hasOwn(known, id) ? known[id] : undefined;
    if (!isJsonObject(entry) || !isJsonObject(entry.killed) || Object.keys(entry.killed).length === 0)
      unproven.set(id, "never");
    else if (entry.text !== textDigest(file.path)) unproven.set(id, "changed");
  }
  return unproven;
}

function parsed(text: ReturnType<typeof readText>): unknown {
  try {
    return typeof text === "string" ? JSON.parse(text) : undefined;
  } catch {
    return undefined;
  }
}

/** Digest of a scenario's file as it is now, whatever its line ends. */
export function textDigest(path: string): string {
  const text = readText(path);
  return digestOf(typeof text === "string" ? text.replaceAll("\r\n", "\n") : "");
}

/** Short: nobody attacks it, and the file is read by people. */
export function digestOf(text: string): string {
  return createHash("sha256").update(text).digest("hex").slice(0, 16);
}
