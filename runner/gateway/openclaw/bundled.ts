import { readdir } from "node:fs/promises";
import { join } from "node:path";
import { BlockedError } from "../../base/errors.ts";
import { readJsonObject } from "../../base/files.ts";
import type { GatewayProgram } from "../process/program.ts";
import type { CachedRelease } from "./cache.ts";

/**
 * Asks before the start whether a release has plugins of its own by these ids: of one that it does not have, it says no
 * more than a warning in its log.
 * @throws BlockedError naming those that it does not have, or that are left out here
 */
export async function requireBundled(
  ids: readonly string[],
  { env }: Pick<GatewayProgram, "env">,
  { version, packageRoot }: CachedRelease,
): Promise<void> {
  if (ids.length === 0) return;
  const shipped = join(packageRoot, "dist", "extensions");
  const used = env?.OPENCLAW_BUNDLED_PLUGINS_DIR ?? shipped;
  const present = await pluginIds(used);
  const missing = ids.filter((id) => !present.has(id));
  if (missing.length === 0) return;
  const names = missing.join(", ");
  const all = used === shipped ? present : await pluginIds(shipped);
  const isLeftOut = missing.every((id) => all.has(id));
  throw new BlockedError(
    "plugins",
    isLeftOut
      ? `this runner starts openclaw@${version} without its bundled ${names}`
      : `openclaw@${version} does not bundle ${names}`,
    isLeftOut
      ? "A later release starts with all of its plugins"
      : "A scenario names a package of the registry as `{ npm: … }` under `plugins`",
  );
}

/** By their manifests; by the name of the folder where one cannot be read. */
async function pluginIds(folder: string): Promise<Set<string>> {
  const names = await readdir(folder).catch(() => []);
  const ids = await Promise.all(
    names.map(async (name) => {
      const manifest = await readJsonObject(join(folder, name, "openclaw.plugin.json")).catch(
        () => undefined,
      );
      return typeof manifest?.id === "string" ? manifest.id : name;
    }),
  );
  return new Set(ids);
}
