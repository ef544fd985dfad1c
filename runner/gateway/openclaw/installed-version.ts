import { join } from "node:path";
import { readJsonObject } from "../../base/files.ts";

/** The version that an installed package says it has. */
export async function installedVersion(packageRoot: string): Promise<string> {
  const { version } = await readJsonObject(join(packageRoot, "package.json"));
  return String(version);
}
