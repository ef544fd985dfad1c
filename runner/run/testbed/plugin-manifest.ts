import { readFile } from "node:fs/promises";
import { join } from "node:path";
import JSON5 from "json5";
import { isJsonObject, type JsonObject } from "../../base/json.ts";

/** What makes a folder a plugin. */
export const MANIFEST = "openclaw.plugin.json";

/**
 * The manifest of the plugin in a folder, which has an id.
 * @throws what reading and parsing throw; Error if it has no id
 */
export async function readPluginManifest(folder: string): Promise<JsonObject & { id: string }> {
  const manifest = JSON5.parse(await readFile(join(folder, MANIFEST), "utf8")) as JsonObject;
  const { id } = manifest;
  if (typeof id !== "string" || id.trim() === "") throw new Error("it has no id");
  return { ...manifest, id };
}

/**
 * The oldest release that a plugin says it is for: `openclaw.compat` or `openclaw.install` of its package.json.
 * @returns for instance `2026.4.26`
 */
export function oldestReleaseFor({ openclaw }: JsonObject): string | undefined {
  const { compat, install } = isJsonObject(openclaw) ? openclaw : {};
  const said = [compat, install].flatMap((each) =>
    isJsonObject(each) ? [each.minGatewayVersion, each.pluginApi, each.minHostVersion] : [],
  );
  return said
    .flatMap((each) => (typeof each === "string" ? (/^(?:>=)?\s*(\d{4}\.\d+\.\d+)$/.exec(each) ?? []) : []))
    .at(1);
}
