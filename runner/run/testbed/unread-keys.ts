import { isDeepStrictEqual } from "node:util";
import { BlockedError } from "../../base/errors.ts";
import { isJsonObject, type JsonObject } from "../../base/json.ts";
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
  const unread = unreadKeys(await gateway.call("config.get")).filter(({ keys }) => hasValue(patch, keys));
  if (unread.length > 0) throw refusal(unread, "remove the key from gatewayConfigPatch");
}

/**
 * The same of what a flow sets: any answer of the gateway may report it.
 * @param startConfig what the gateway was started with; what is there already is not the flow's
 * @returns why the scenario is blocked; undefined if it is not
 */
export function unreadSince(answer: JsonObject, startConfig: JsonObject): BlockedError | undefined {
  const unread = unreadKeys(answer).filter(
    ({ keys }) => !isDeepStrictEqual(valueAt(answer.config, keys), valueAt(startConfig, keys)),
  );
  return unread.length === 0 ? undefined : refusal(unread, "do not set the key");
}

interface UnreadKey {
  path: string;
  keys: readonly unknown[];
}

function unreadKeys({ warnings }: JsonObject): UnreadKey[] {
  return (Array.isArray(warnings) ? warnings : []).flatMap((warning) =>
    warning?.code === CODE && Array.isArray(warning.keys)
      ? { path: String(warning.path), keys: warning.keys }
      : [],
  );
}

function refusal(unread: readonly UnreadKey[], advice: string): BlockedError {
  const paths = unread.map(({ path }) => path).join(", ");
  return new BlockedError(
    "config-keys",
    `the scenario sets ${paths}, which this gateway accepts and does not read`,
    `Run it on a release (--gateway openclaw@…), or ${advice}`,
  );
}

/** Whether the patch has a value at these keys, or one above them that holds no keys. */
function hasValue(patch: JsonObject, keys: readonly unknown[]): boolean {
  const value = valueAt(patch, keys);
  return value !== null && value !== undefined;
}

function valueAt(config: unknown, keys: readonly unknown[]): unknown {
  return keys.reduce<unknown>((value, key) => {
    const holds = isJsonObject(value) || Array.isArray(value);
    return holds && Object.hasOwn(value, String(key)) ? Reflect.get(value, String(key)) : undefined;
  }, config);
}
