import { cp, mkdir, writeFile } from "node:fs/promises";
import { dirname, join, resolve } from "node:path";
import { QaError } from "../../base/errors.ts";
import type { JsonObject } from "../../base/json.ts";
import { isWithin } from "../../base/paths.ts";
import { type ActionContext, actionsOf, ENV_PARAMETER } from "../define.ts";

interface StagedPlugin {
  /** Folder below `fixtures/plugins` to start from. */
  from?: string;
  /** Folder name of the copy; default: `from`. */
  name?: string;
  /** Files to write into the copy, by path. */
  files?: Record<string, unknown>;
}

/** Puts a plugin of the scenario's own making where only this run's gateway finds it. */
async function stagePlugin(
  context: ActionContext,
  { from, name = from, files = {} }: StagedPlugin,
): Promise<string> {
  if (!name) throw badArgument("needs `from` or `name`");
  const folder = join(context.gateway.tempRoot, "plugins", name);
  if (from) await cp(join(context.referenceRoot, "fixtures/plugins", from), folder, { recursive: true });
  for (const [path, content] of Object.entries(files)) {
    const file = resolve(folder, path);
    if (!isWithin(file, folder)) throw badArgument(`${path} leaves the plugin's folder`);
    await mkdir(dirname(file), { recursive: true });
    await writeFile(
      file,
      typeof content === "string" ? content : `${JSON.stringify(content, undefined, 2)}\n`,
    );
  }
  return folder;
}

function badArgument(problem: string): QaError {
  return new QaError(`stagePlugin: ${problem}`, { code: "bad-argument", fault: "scenario" });
}

export const pluginActions = actionsOf("plugins", (define) => ({
  stagePlugin: define({
    summary:
      "Copies a plugin of `fixtures/plugins` into this run's temp root, or writes one from scratch, so that a scenario can change or break it. It is not loaded by this alone: install it, or add its folder to `plugins.load.paths`.",
    params: [
      {
        name: "request",
        type: "{ env, from?, name?, files? }",
        description: "`files` maps paths to texts, or to values that are written as JSON",
      },
    ],
    returns: "absolute path of the folder",
    needs: "workspace",
    run: stagePlugin,
  }),
  readPlugins: define({
    summary: "The plugins as the gateway lists them (`plugins.list`); listing loads none of their code.",
    params: [ENV_PARAMETER],
    returns: "array of { id, state, enabled, diagnostics, … }",
    effect: "reads",
    run: async (context) => {
      const { plugins } = await context.gateway.call("plugins.list", {}, { signal: context.signal() });
      return plugins ?? [];
    },
  }),
  findPlugin: define({
    summary: "The entry with this id in what `readPlugins` returned, or undefined.",
    params: [
      { name: "plugins", type: "array", description: "from `readPlugins`" },
      { name: "id", type: "string", description: "the plugin's id" },
    ],
    returns: "the entry or undefined",
    effect: "reads",
    run: (_context, plugins: JsonObject[], id: string) => plugins.find((plugin) => plugin.id === id),
  }),
  readPluginLoads: define({
    summary: "Every import of plugin code since the gateway started (`plugins.loads`), oldest first.",
    params: [
      ENV_PARAMETER,
      {
        name: "since",
        type: "number",
        optional: true,
        description: "leave out the first n: the length of an earlier answer",
      },
    ],
    returns: "array of { pluginId, trigger, reason, durationMs, generation }",
    effect: "reads",
    run: async (context, _env: object, since: number = 0) => {
      const { loads } = await context.gateway.call("plugins.loads", {}, { signal: context.signal() });
      return ((loads ?? []) as JsonObject[]).slice(since);
    },
  }),
}));
