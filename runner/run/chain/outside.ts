import { isJsonObject, type JsonObject } from "../../base/json.ts";
import type { GatewayIdentity, GatewayUnderTest } from "../../gateway/gateway.ts";

/** What a gateway shows to those who ask it, and writes in its log: all there is where it records nothing. */
export interface Outside {
  /** The process that answers; undefined while none does. */
  identity: Pick<GatewayIdentity, "bootId" | "version"> | undefined;
  /** As listed; undefined where this gateway lists none. */
  plugins: readonly JsonObject[] | undefined;
  log: string;
}

/** A failure is not to wait for a gateway that hangs. */
const PATIENCE_MS = 3_000;

/** Asks a gateway for what its chains need. */
export async function askGateway(
  gateway: Pick<GatewayUnderTest, "call" | "identity">,
  log: string,
): Promise<Outside> {
  const patience = { timeoutMs: PATIENCE_MS };
  const [identity, listed] = await Promise.all([
    gateway.identity(patience).catch(() => undefined),
    gateway.call("plugins.list", {}, patience).catch(() => undefined),
  ]);
  const plugins = Array.isArray(listed?.plugins) ? listed.plugins.filter(isJsonObject) : undefined;
  return { identity, plugins, log };
}

const TROUBLE = /fail|error|invalid|not found|missing/i;

/** What a log says of a plugin that it could not use, in its first line about that. */
export function complaintAbout(plugin: string, log: string): string | undefined {
  const about = log.split("\n").filter((line) => line.includes(plugin) && /plugin/i.test(line));
  const line = about.find((each) => /fail/i.test(each)) ?? about.find((each) => TROUBLE.test(each));
  return line?.replace(/^\S*\d\d:\d\d:\d\d\S*\s+/, "").trim();
}
