import { existsSync } from "node:fs";
import { cp, mkdir, readdir, symlink, writeFile } from "node:fs/promises";
import { dirname, join, resolve } from "node:path";
import { BlockedError } from "../../base/errors.ts";
import type { JsonObject } from "../../base/json.ts";
import { isWithin } from "../../base/paths.ts";
import { suggestion } from "../../base/suggest.ts";
import { badArgument } from "../bad-argument.ts";
import type { ActionContext } from "../context.ts";
import { actionsOf, members } from "../define.ts";
import { NUMBER, OBJECT, OBJECTS, record, STRING, typed, type ValuesOf } from "../schema.ts";
import { listPlugins } from "./plugin-ways.ts";

/** Where plugins of scenarios lie, below the gateway's own folder. */
const STAGED = "plugins";

const STAGED_PLUGIN = {
  from: { ...STRING, optional: true, description: "folder below `fixtures/plugins` to start from" },
  name: { ...STRING, optional: true, description: "folder name of the copy; default: `from`" },
  files: typed<JsonObject>({
    type: "object",
    additionalProperties: { literal: true },
    default: {},
    description: "files to write into it: paths with texts, or with values that are written as JSON",
  }),
} as const;

/** Puts a plugin of the scenario's own making where only this run's gateway finds it. */
async function stagePlugin(
  context: ActionContext,
  { from, name = from, files = {} }: ValuesOf<typeof STAGED_PLUGIN>,
): Promise<string> {
  if (!name) throw badArgument("stagePlugin: needs `from` or `name`");
  const folder = join(context.gateway.tempRoot, STAGED, name);
  if (from) await copyFromPack(context.referenceRoot, from, folder);
  await writeFiles(folder, files);
  return folder;
}

/** @throws BlockedError where the pack does not have it: what was to be tested is not there */
async function copyFromPack(referenceRoot: string, from: string, folder: string): Promise<void> {
  const all = join(referenceRoot, "fixtures/plugins");
  const names = await readdir(all).catch(() => []);
  if (!existsSync(join(all, from))) {
    throw new BlockedError(
      "pack-file",
      `stagePlugin: the pack's repository has no fixtures/plugins/${from}`,
      names.length > 0 ? suggestion(from, names) : undefined,
      "harness",
    );
  }
  await cp(join(all, from), folder, { recursive: true });
}

/** Writes texts as they are and other values as JSON. */
async function writeFiles(folder: string, files: JsonObject): Promise<void> {
  for (const [path, content] of Object.entries(files)) {
    const file = resolve(folder, path);
    if (!isWithin(file, folder)) throw badArgument(`stagePlugin: ${path} leaves the plugin's folder`);
    await mkdir(dirname(file), { recursive: true });
    await writeFile(
      file,
      typeof content === "string" ? content : `${JSON.stringify(content, undefined, 2)}\n`,
    );
  }
}

/** Absolute path of what lies below the gateway's own folder. */
function below({ gateway }: ActionContext, action: string, path: string): string {
  const absolute = resolve(gateway.tempRoot, path);
  if (isWithin(absolute, gateway.tempRoot)) return absolute;
  throw badArgument(`${action}: ${path} leaves the folder of this gateway`);
}

const FOLDER = { ...STRING, description: "absolute path of the folder" } as const;

const PLUGIN = record(
  { id: STRING },
  { state: STRING, enabled: {}, origin: {}, runtime: {}, diagnostics: {} },
);

export const pluginActions = actionsOf("plugins", (define) => ({
  stagePlugin: define({
    summary:
      "Copies a plugin of `fixtures/plugins` into this run's temp root, or writes one from scratch, so that a scenario can change or break it. It is not loaded by this alone: install it, or add its folder to `plugins.load.paths`.",
    params: STAGED_PLUGIN,
    main: "from",
    positional: [members("request")],
    returns: FOLDER,
    statement: "acts",
    needs: "workspace",
    run: stagePlugin,
  }),
  writePlugin: define({
    summary:
      "Writes a plugin of the scenario's own beside the staged ones. It is not loaded by this alone: install it, or add its folder to `plugins.load.paths`.",
    params: {
      id: { ...STRING, description: "the plugin's id, and its folder's name" },
      manifest: {
        ...OBJECT,
        default: {},
        description: "what `openclaw.plugin.json` has beside its id and an empty `configSchema`",
      },
      in: { ...STRING, default: STAGED, description: "folder below that of this gateway" },
      code: {
        ...STRING,
        literal: true,
        default: "export default { register() {} };",
        description: "its `index.js`; default: a plugin that does nothing",
      },
    },
    main: "id",
    returns: FOLDER,
    statement: "acts",
    needs: "workspace",
    run: async (context, { id, manifest, code, in: home }) => {
      const folder = below(context, "writePlugin", join(home, id));
      await writeFiles(folder, {
        "openclaw.plugin.json": { id, configSchema: { type: "object" }, ...manifest },
        "index.js": code,
      });
      return folder;
    },
  }),
  makeLink: define({
    summary: "Makes a symbolic link where this run's gateway can be led to it, as authors do.",
    params: {
      path: { ...STRING, description: "of the link, below the folder of this gateway" },
      to: { ...STRING, description: "what the link says, seen from where it lies" },
    },
    main: "path",
    returns: { ...STRING, description: "absolute path of the link" },
    statement: "acts",
    needs: "workspace",
    run: async (context, { path, to }) => {
      const link = below(context, "makeLink", path);
      below(context, "makeLink", resolve(dirname(link), to));
      await mkdir(dirname(link), { recursive: true });
      await symlink(to, link);
      return link;
    },
  }),
  readPlugins: define({
    summary:
      "The plugins as the gateway lists them (`plugins.list`, or its command line where it has no such method), each with its part of the list's `diagnostics`; listing loads none of their code.",
    positional: ["env"],
    inSteps: "`expectPlugin`",
    returns: { type: "array", items: PLUGIN },
    effect: "reads",
    run: listPlugins,
  }),
  findPlugin: define({
    summary: "The entry with this id in what `readPlugins` returned, or undefined.",
    params: {
      plugins: { ...OBJECTS, description: "from `readPlugins`" },
      id: { ...STRING, description: "the plugin's id" },
    },
    main: "id",
    positional: ["plugins", "id"],
    inSteps: "`expectPlugin`",
    returns: { ...PLUGIN, optional: true },
    effect: "reads",
    sync: true,
    run: (_context, { plugins, id }) => plugins.find((plugin) => plugin.id === id),
  }),
  readPluginLoads: define({
    summary:
      "Every import of plugin code since the embedded gateway started (`qa.plugins.loads`), oldest first.",
    params: {
      since: { ...NUMBER, default: 0, description: "leave out the first n: the length of an earlier answer" },
    },
    main: "since",
    positional: ["env", "since"],
    inSteps: "`expectPluginLoads`",
    returns: {
      type: "array",
      items: record(
        { pluginId: STRING, trigger: STRING, durationMs: NUMBER, generation: NUMBER },
        { reason: STRING },
      ),
    },
    effect: "reads",
    run: async (context, { since }) => {
      const { loads } = await context.call("qa.plugins.loads", {});
      return ((loads ?? []) as JsonObject[]).slice(since);
    },
  }),
}));
