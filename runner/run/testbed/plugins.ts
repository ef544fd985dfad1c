import { existsSync } from "node:fs";
import { join } from "node:path";
import type { JsonObject } from "../../base/json.ts";
import type { Scenario } from "../../scenario/types.ts";

/**
 * Config that enables the plugins a scenario declares. Those that lie below `fixtures/plugins` of the
 * scenario's own repository are loaded from there; the others must come with the gateway. Each gets an
 * empty config: releases of spring 2026 would add it themselves, and take that for a change to restart for.
 */
export function pluginPatches({ meta, pack }: Scenario): JsonObject[] {
  const ids = meta.plugins ?? [];
  if (ids.length === 0) return [];
  const folders = ids
    .map((id) => join(pack.referenceRoot, "fixtures/plugins", id))
    .filter((folder) => existsSync(join(folder, "openclaw.plugin.json")));
  return [
    {
      plugins: {
        entries: Object.fromEntries(ids.map((id) => [id, { enabled: true, config: {} }])),
        ...(folders.length > 0 ? { load: { paths: folders } } : {}),
      },
    },
  ];
}
