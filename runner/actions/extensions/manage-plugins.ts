import { isDeepStrictEqual } from "node:util";
import { errorMessage } from "../../base/errors.ts";
import type { JsonObject } from "../../base/json.ts";
import { Unexpected } from "../../flow/match/unexpected.ts";
import type { GatewayIdentity } from "../../gateway/gateway.ts";
import { configInFile, withoutMeta } from "../config/config.ts";
import type { ActionContext } from "../context.ts";
import { actionsOf } from "../define.ts";
import { waitForChannelReady } from "../gateway/gateway.ts";
import { awaitReload } from "../gateway/reloads.ts";
import { BOOLEAN, OBJECT, record, STRING } from "../schema.ts";
import { isInstalledAlready, tellPlugins } from "./plugin-ways.ts";

const MANAGE_MS = 180_000;

const TAKEN = record({
  product: { ...STRING, description: "of the gateway: `OpenClaw` for a release" },
  taken: {
    enum: ["hot", "restart", "none"],
    description: "by the same process, with a restart, or nothing was to be done",
  },
  answer: { ...OBJECT, description: "to the call, or `{ output }` of the command line" },
});

interface Taken {
  product: string;
  taken: "hot" | "restart" | "none";
  answer: JsonObject;
}

/**
 * Tells the gateway and returns when it is in force. One that answers says whether it restarts for it; where the command line
 * has written files and config, the gateway notices, and its log says what it made of it.
 */
async function manage(
  context: ActionContext,
  method: string,
  how: { params: JsonObject; args: readonly string[] },
): Promise<Taken> {
  const { before } = context.scene;
  const configBefore = await configIn(context);
  const { way, answer } = await tellPlugins(context, method, how);
  const taken =
    way === "cli"
      ? await takenFromFiles(context, configBefore)
      : answer.restartRequired === true
        ? "restart"
        : await takenBySame(context, before);
  if (taken === "restart" && before) {
    await context.waitForNewBoot(before.bootId, MANAGE_MS);
    await waitForChannelReady(context);
  }
  return { product: context.gateway.facts.product, taken, answer };
}

/** Without the mark that every write leaves. */
async function configIn(context: ActionContext): Promise<JsonObject> {
  if (!context.gateway.capabilities.has("config-file")) return {};
  return withoutMeta(await configInFile(context));
}

/**
 * The gateway notices a change of its config. Where only files have changed its operator restarts it, as the command line says,
 * and gets a new process: one that restarts within itself keeps the code that it has.
 */
async function takenFromFiles(context: ActionContext, configBefore: JsonObject): Promise<Taken["taken"]> {
  if (!isDeepStrictEqual(await configIn(context), configBefore))
    return (await awaitReload(context, undefined)).outcome;
  await context.gateway.restartAfterStateMutation(() => {});
  return "restart";
}

/**
 * How a process has taken a change for which it says that it needs no restart; one that counts changes has counted it.
 * @throws Unexpected where it has restarted after all
 */
async function takenBySame(
  context: ActionContext,
  before: GatewayIdentity | undefined,
): Promise<"hot" | "none"> {
  const now = await context.identity();
  if (before && now.bootId !== before.bootId)
    throw new Unexpected("the gateway restarted, and had answered that it needs no restart");
  const counts = context.gateway.facts.product !== "OpenClaw";
  return counts && now.generation === before?.generation ? "none" : "hot";
}

/** What is there already is refused by some gateways and left as it is by others: neither changes anything. */
async function install(
  context: ActionContext,
  { folder, update }: { folder: string; update: boolean },
): Promise<Taken> {
  try {
    return await manage(context, "plugins.install", {
      params: { source: "local", path: folder, ...(update ? { mode: "update" } : {}) },
      args: ["install", ...(update ? ["--force"] : []), folder],
    });
  } catch (error) {
    if (update || !isInstalledAlready(error)) throw error;
    return {
      product: context.gateway.facts.product,
      taken: "none",
      answer: { refused: errorMessage(error) },
    };
  }
}

export const managePluginStatements = actionsOf("plugins", (define) => ({
  installPlugin: define({
    summary:
      "Installs the plugin in a folder, over RPC (`plugins.install`) or by the command line of releases that have no such method, and waits until it is in force, also if the gateway restarts for it.",
    params: {
      folder: { ...STRING, description: "absolute path, for instance from `stagePlugin`" },
      update: { ...BOOLEAN, default: false, description: "in place of the one that is installed" },
    },
    main: "folder",
    returns: TAKEN,
    statement: "acts",
    budgetMs: () => MANAGE_MS,
    run: install,
  }),
  uninstallPlugin: define({
    summary:
      "Uninstalls a plugin with its files, over RPC (`plugins.uninstall`) or by the command line, and waits until it is in force.",
    params: { id: { ...STRING, names: "plugin", description: "the plugin's id" } },
    main: "id",
    returns: TAKEN,
    statement: "acts",
    budgetMs: () => MANAGE_MS,
    run: (context, { id }) =>
      manage(context, "plugins.uninstall", { params: { pluginId: id }, args: ["uninstall", id, "--force"] }),
  }),
}));
