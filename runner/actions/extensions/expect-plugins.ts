import type { JsonObject } from "../../base/json.ts";
import type { ActionContext } from "../context.ts";
import { actionsOf } from "../define.ts";
import { expectState, PRESENT } from "../scene/expect.ts";
import { BOOLEAN, matcherOf, NUMBER, open, record, STRING, STRINGS } from "../schema.ts";
import { listPlugins } from "./plugin-ways.ts";

const RUNTIME = open(record({}, { state: STRING, error: STRING }));
const DIAGNOSTIC = open(record({}, { level: STRING, message: STRING, code: STRING }));
const PLUGIN = {
  ...open(
    record(
      { id: STRING },
      {
        state: STRING,
        error: STRING,
        enabled: BOOLEAN,
        name: STRING,
        version: STRING,
        origin: STRING,
        removable: BOOLEAN,
        listed: { ...NUMBER, description: "how often its id is in the list" },
        runtime: RUNTIME,
        diagnostics: { type: "array", items: DIAGNOSTIC },
      },
    ),
  ),
  asText: "state",
} as const;

async function loadedIds(context: ActionContext, of: string | undefined): Promise<unknown[]> {
  const { loads } = await context.call("qa.plugins.loads", {});
  const ids = ((loads ?? []) as JsonObject[]).map(({ pluginId }) => pluginId);
  return of === undefined ? ids : ids.filter((id) => id === of);
}

export const pluginStatements = actionsOf("plugins", (define) => ({
  expectPlugin: define({
    summary:
      "A plugin as the gateway lists it (`plugins.list`, or its command line where it has no such method), with its part of the list's `diagnostics`; listing loads none of its code.",
    params: {
      id: { ...STRING, names: "plugin", description: "the plugin's id" },
      is: {
        ...matcherOf(
          PLUGIN,
          "what is reported; a text stands for the state; default: that the plugin is there",
        ),
        optional: true,
      },
    },
    main: "id",
    returns: { ...PLUGIN, optional: true },
    statement: "expects",
    effect: "reads",
    run: (context, { id, is = PRESENT }) =>
      expectState(
        context,
        `plugin ${id}`,
        is,
        async () => (await listPlugins(context)).find((plugin) => plugin.id === id),
        {
          name: id,
          known: async () => (await listPlugins(context)).map((plugin) => String(plugin.id)),
        },
      ),
  }),
  expectPluginLoads: define({
    summary:
      "The ids of the plugins whose code the embedded gateway has loaded since it started, oldest first; one that was loaded twice stands there twice (`qa.plugins.loads`).",
    params: {
      loads: matcherOf(STRINGS, "the list"),
      of: { ...STRING, optional: true, names: "plugin", description: "only loads of this plugin" },
    },
    main: "loads",
    returns: STRINGS,
    statement: "expects",
    effect: "reads",
    run: (context, { loads, of }) =>
      expectState(context, "the plugins loaded", loads, () => loadedIds(context, of)),
  }),
}));
