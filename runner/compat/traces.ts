import { readdir, readFile } from "node:fs/promises";
import { join, relative } from "node:path";
import JSON5 from "json5";
import { isJsonObject, type JsonObject } from "../base/json.ts";
import type { DrivenGateway } from "../gateway/gateway.ts";

/** Deeper than any release puts a plugin. */
const DEEPEST = 7;

/**
 * Where a plugin shows in a gateway's own files: keys of its config that name it, and folders of its state that hold
 * it.
 */
export async function traces({ configPath, stateDir }: DrivenGateway, id: string): Promise<string[]> {
  const config = JSON5.parse(await readFile(configPath, "utf8")) as JsonObject;
  return [...keysNaming(config.plugins, id, "plugins"), ...(await foldersOf(stateDir, id))];
}

function keysNaming(value: unknown, id: string, path: string): string[] {
  if (Array.isArray(value)) {
    return value.flatMap((each) => (each === id ? [`${path} in the config`] : keysNaming(each, id, path)));
  }
  if (!isJsonObject(value)) return value === id ? [`${path} in the config`] : [];
  return Object.entries(value).flatMap(([key, member]) =>
    key === id ? [`${path}.${key} in the config`] : keysNaming(member, id, `${path}.${key}`),
  );
}

async function foldersOf(root: string, id: string): Promise<string[]> {
  const found: string[] = [];
  const walk = async (folder: string, depth: number): Promise<void> => {
    const entries = await readdir(folder, { withFileTypes: true }).catch(() => []);
    if (entries.some(({ name }) => name === "openclaw.plugin.json")) {
      const text = await readFile(join(folder, "openclaw.plugin.json"), "utf8").catch(() => "");
      if (idIn(text) === id) found.push(`the folder ${relative(root, folder)} of its state`);
      return;
    }
    if (depth === DEEPEST) return;
    for (const entry of entries) if (entry.isDirectory()) await walk(join(folder, entry.name), depth + 1);
  };
  await walk(root, 0);
  return found;
}

function idIn(text: string): unknown {
  try {
    return (JSON5.parse(text) as JsonObject).id;
  } catch {
    return undefined;
  }
}
