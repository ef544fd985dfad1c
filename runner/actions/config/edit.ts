import { mkdir, readFile, rename, rm, symlink, writeFile } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import { isDeepStrictEqual } from "node:util";
import JSON5 from "json5";
import { type JsonObject, mergePatch } from "../../base/json.ts";
import type { ActionContext } from "../context.ts";
import { actionsOf } from "../define.ts";
import { awaitReload, awaitSameContent } from "../gateway/reloads.ts";
import { OBJECT, record, STRING, type ValuesOf } from "../schema.ts";
import { lookAtConfig, RELOAD_PARAM } from "./config.ts";

/** The link to the folder that is mounted at the time, as Kubernetes names it. */
const MOUNTED = "..data";
const FILE_NAME = "openclaw.json";
const BYTE_ORDER_MARK = "\ufeff";

/** How a text gets into the file at a path. */
const WAYS = {
  "in place": write,
  anew: async (path, text) => {
    await rm(path);
    await write(path, text);
  },
  "with carriage returns": (path, text) => write(path, `${BYTE_ORDER_MARK}${text.replaceAll("\n", "\r\n")}`),
  mounted: async (path, text) => {
    const folder = dirname(path);
    const next = `..${crypto.randomUUID().slice(0, 8)}`;
    await mkdir(join(folder, next));
    await write(join(folder, next, FILE_NAME), text);
    await symlink(next, join(folder, "..data_tmp"));
    await rename(join(folder, "..data_tmp"), join(folder, MOUNTED));
  },
} satisfies Record<string, (path: string, text: string) => Promise<void>>;

const EDIT_PARAMS = {
  edit: {
    anyOf: [OBJECT, STRING],
    description:
      "a merge patch of what is in the file, in which null deletes a key; a text is the whole file",
  },
  over: {
    ...STRING,
    optional: true,
    description: "the text that the patch is merged into; default: the file's",
  },
  how: {
    enum: ["in place", "anew", "with carriage returns", "mounted"],
    default: "in place",
    description:
      "`anew`: it is removed and written; `mounted`: after `mountConfig`, as a new folder behind the link",
  },
  reload: RELOAD_PARAM,
} as const;

async function editConfig(
  context: ActionContext,
  { edit, over, how, reload }: ValuesOf<typeof EDIT_PARAMS>,
): Promise<{ before: string }> {
  const path = context.gateway.configPath;
  const before = await readFile(path, "utf8");
  const after = typeof edit === "string" ? edit : merged(over ?? before, edit);
  await WAYS[how](path, after);
  if (after !== before) context.scene.editedByHand();
  await lookAtConfig(context);
  if (isSame(before, after)) await awaitSameContent(context, reload);
  else if (reload) await awaitReload(context, reload);
  return { before };
}

/** Whether two texts of a config say the same; what cannot be read says something else. */
function isSame(before: string, after: string): boolean {
  if (before === after) return true;
  try {
    return isDeepStrictEqual(parsed(before), parsed(after));
  } catch {
    return false;
  }
}

function parsed(text: string): JsonObject {
  return JSON5.parse<JsonObject>(text.replace(BYTE_ORDER_MARK, ""));
}

function merged(text: string, patch: JsonObject): string {
  return `${JSON.stringify(mergePatch(parsed(text), patch), undefined, 2)}\n`;
}

function write(path: string, text: string): Promise<void> {
  return writeFile(path, text, { mode: 0o600 });
}

/** Puts the config where Kubernetes has it: behind two links, into a folder that is swapped as a whole. */
async function mountConfig(context: ActionContext): Promise<{ file: string }> {
  const { gateway } = context;
  const file = join(dirname(gateway.configPath), "..first", FILE_NAME);
  await gateway.restartAfterStateMutation(async ({ configPath }) => {
    const folder = dirname(configPath);
    await mkdir(dirname(file));
    await rename(configPath, file);
    await symlink(basename(dirname(file)), join(folder, MOUNTED));
    await symlink(join(MOUNTED, FILE_NAME), configPath);
  });
  await context.identity();
  return { file };
}

export const editActions = actionsOf("config", (define) => ({
  editConfig: define({
    summary:
      "Changes the config file by hand, as a person with an editor does: the gateway is not asked. With `reload` it waits until the gateway has taken the change.",
    params: EDIT_PARAMS,
    main: "edit",
    returns: record({ before: { ...STRING, description: "the file's text before" } }),
    needs: "config-file",
    statement: "acts",
    budgetMs: () => 30_000,
    run: editConfig,
  }),
  mountConfig: define({
    summary:
      "Stops the gateway, puts its config behind a link into a folder, as Kubernetes mounts it, and starts it again.",
    returns: record({ file: { ...STRING, description: "where the links lead" } }),
    needs: "config-file",
    statement: "acts",
    budgetMs: () => 120_000,
    run: mountConfig,
  }),
}));
