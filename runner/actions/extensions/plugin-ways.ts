import { BlockedError, QaError } from "../../base/errors.ts";
import { isJsonObject, type JsonObject } from "../../base/json.ts";
import { withoutSequences } from "../../base/secrets/unseen.ts";
import { RpcError } from "../../gateway/rpc/errors.ts";
import type { ActionContext } from "../context.ts";
import { runGatewayCli } from "../gateway/gateway-cli.ts";

/** Starting a release's command line takes seconds, and an install may ask a registry. */
const TOLD_MS = 120_000;

/** What they log of each start: the plugins that are loaded. */
const LISTENING = /http server listening \(\d+ plugins?: ([^;)]*)/g;

/** How the gateway was told: over RPC, or by its command line where it has no such method. */
type PluginWay = "rpc" | "cli";

export interface Told {
  way: PluginWay;
  /** The answer to the call, or what the command line printed. */
  answer: JsonObject;
}

/**
 * Does with plugins what the gateway has a method for over RPC, and by its command line on releases that have none. The only
 * place that decides between the two.
 * @param params of the method
 * @param args of the command line that does the same
 * @throws RpcError, QaError `cli-failed` when it is refused
 */
export async function tellPlugins(
  context: ActionContext,
  method: string,
  { params, args }: { params: JsonObject; args: readonly string[] },
): Promise<Told> {
  try {
    return { way: "rpc", answer: await context.call(method, params, { timeoutMs: TOLD_MS }) };
  } catch (error) {
    if (!lacksMethod(error)) throw error;
  }
  const output = await runGatewayCli(context, ["plugins", ...args], {
    timeoutMs: TOLD_MS,
    json: args.includes("--json"),
  });
  return { way: "cli", answer: isJsonObject(output) ? output : { output } };
}

/** A release that does not know the method: for the embedded gateway that would be a failure. */
function lacksMethod(error: unknown): boolean {
  return error instanceof BlockedError && error.cause instanceof RpcError && error.cause.isUnknownMethod;
}

/** Each plugin with what the list says about it elsewhere, and how often its id is there, in the words of `plugins.list`. */
export async function listPlugins(context: ActionContext): Promise<JsonObject[]> {
  const { way, answer } = await tellPlugins(context, "plugins.list", {
    params: {},
    args: ["list", "--json"],
  });
  const { plugins, diagnostics } = answer as { plugins?: JsonObject[]; diagnostics?: JsonObject[] };
  const all = plugins ?? [];
  return all.map((plugin) => ({
    ...(way === "cli" ? inWordsOfRpc(context, plugin) : plugin),
    listed: all.filter(({ id }) => id === plugin.id).length,
    diagnostics: (diagnostics ?? []).filter(({ pluginId }) => pluginId === plugin.id),
  }));
}

/**
 * The command line of spring 2026 calls the state `status`, and one that is on `loaded`. What became of the plugin in the
 * gateway stands in the gateway's log.
 */
function inWordsOfRpc({ gateway }: ActionContext, plugin: JsonObject): JsonObject {
  const { id, status, origin } = plugin;
  const words = {
    ...plugin,
    state: status === "loaded" ? "enabled" : status,
    removable: origin === "global",
  };
  if (!gateway.capabilities.has("logs")) return words;
  const log = withoutSequences(gateway.logs());
  const loaded = [...log.matchAll(LISTENING)].at(-1);
  if (loaded === undefined) return words;
  const isActive = loaded[1]?.split(", ").includes(String(id));
  const failed = log.split("\n").findLast((line) => line.includes(`[plugins] ${id} failed`));
  return {
    ...words,
    runtime: { state: isActive ? "active" : "unloaded", ...(failed && !isActive ? { error: failed } : {}) },
  };
}

/** Whether a refusal says that what was to be installed is there already. */
export function isInstalledAlready(error: unknown): boolean {
  return (
    error instanceof QaError &&
    /already (?:exists|installed)/i.test(`${error.message} ${error.details ?? ""}`)
  );
}
