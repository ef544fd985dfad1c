import { readFile } from "node:fs/promises";
import type { ActionContext } from "../context.ts";

/**
 * Whether the config in the gateway's file is the one in force; undefined where nothing says so. Releases of autumn 2026
 * say it; older ones keep a copy of the last config that they took, made when they have worked off the change.
 */
export async function isInForce(context: ActionContext): Promise<boolean | undefined> {
  const { configRevisionHash, appliedConfigHash } = await context.call("config.get", {});
  return appliedConfigHash === undefined ? isLastGood(context) : appliedConfigHash === configRevisionHash;
}

async function isLastGood({
  gateway: { capabilities, configPath },
}: ActionContext): Promise<boolean | undefined> {
  if (!capabilities.has("config-file")) return undefined;
  const [now, good] = await Promise.all(
    [configPath, `${configPath}.last-good`].map((path) => readFile(path, "utf8").catch(() => undefined)),
  );
  return good === undefined ? undefined : good === now;
}
