import { BlockedError } from "../../base/errors.ts";
import type { JsonObject } from "../../base/json.ts";
import type { GatewayUnderTest } from "../../gateway/gateway.ts";

/** As the embedded gateway reports a key that it accepts because releases have it, and does not read. */
const CODE = "config.keyWithoutEffect";

/**
 * Asks the gateway whether it reads all that the scenario's own config sets: a scenario about a key without effect
 * would prove nothing. Gateways that report nothing of the kind are taken to read everything.
 * @param patch `gatewayConfigPatch` of the scenario
 * @throws BlockedError naming the keys
 */
export async function refuseUnreadKeys(gateway: GatewayUnderTest, patch: JsonObject): Promise<void> {
  const { warnings } = await gateway.call("config.get");
  const unread = (Array.isArray(warnings) ? warnings : []).flatMap((warning) =>
    warning?.code === CODE && Array.isArray(warning.keys) && sets(patch, warning.keys) ? [warning.path] : [],
  );
  if (unread.length === 0) return;
  throw new BlockedError(
    "config-keys",
    `the scenario sets ${unread.join(", ")}, which this gateway accepts and does not read`,
    "Run it on a release (--gateway openclaw@…), or remove the key from gatewayConfigPatch",
  );
}

/** Whether the patch has a value at these keys, or one above them that holds no keys. */
function sets(patch: unknown, keys: readonly unknown[]): boolean {
  let value = patch;
  for (const key of keys) {
    if (typeof value !== "object" || value === null || !Object.hasOwn(value, String(key))) return false;
    value = (value as JsonObject)[String(key)];
  }
  return value !== null && value !== undefined;
}
