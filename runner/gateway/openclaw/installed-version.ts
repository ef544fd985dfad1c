import { readFile } from "node:fs/promises";
import { join } from "node:path";
import type { JsonObject } from "../../base/json.ts";

/** The version that an installed package says it has. */
export async function installedVersion(packageRoot: string): Promise<string> {
  const manifest = JSON.parse(await readFile(join(packageRoot, "package.json"), "utf8")) as JsonObject;
  return String(manifest.version);
}
