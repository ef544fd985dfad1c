import { readFile, writeFile } from "node:fs/promises";
import JSON5 from "json5";
import { type JsonObject, mergePatch } from "../base/json.ts";
import type { Subject } from "./subject.ts";

/**
 * Turns a plugin on with its config, in the config file of a gateway that is down.
 * @param folder absolute; the plugin is loaded from there, and not from where it is installed
 */
export async function writeEntry(
  configPath: string,
  { id, manifest }: Subject,
  config: JsonObject,
  folder?: string,
): Promise<void> {
  const whole = JSON5.parse(await readFile(configPath, "utf8")) as JsonObject;
  const { load } = (whole.plugins ?? {}) as { load?: { paths?: string[] } };
  // A patch replaces a list.
  const byPath = folder !== undefined && { load: { paths: [...(load?.paths ?? []), folder] } };
  // Which the runner's own config leaves empty.
  const slot = manifest.kind === "memory" && { slots: { memory: id } };
  const patch = { plugins: { ...byPath, ...slot, entries: { [id]: { enabled: true, config } } } };
  await writeFile(configPath, `${JSON.stringify(mergePatch(whole, patch), null, 2)}\n`, { mode: 0o600 });
}
