import { readFile, writeFile } from "node:fs/promises";
import JSON5 from "json5";
import { isJsonObject, type JsonObject, mergePatch } from "../../base/json.ts";

/** A skill that is switched off, and that nobody has: every gateway reads that, and nothing comes of it. */
const SKILL = "qa-edited-by-hand";

/** What somebody writes into the config by hand, while the gateway is about to. */
export class HandEdit {
  #path: string | undefined;

  /** Writes the whole text in place, as editors do. @param path of the config */
  async make(path: string): Promise<void> {
    const config = await read(path);
    const edited = mergePatch(config, { skills: { entries: { [SKILL]: { enabled: false } } } });
    await writeFile(path, `${JSON.stringify(edited, null, 2)}\n`);
    this.#path = path;
  }

  /** Whether it was made, and is no longer there. */
  async isLost(): Promise<boolean> {
    if (this.#path === undefined) return false;
    const { skills } = await read(this.#path).catch((): JsonObject => ({}));
    const entries = isJsonObject(skills) ? skills.entries : undefined;
    return !isJsonObject(entries) || !isJsonObject(entries[SKILL]);
  }
}

async function read(path: string): Promise<JsonObject> {
  return JSON5.parse(await readFile(path, "utf8")) as JsonObject;
}
