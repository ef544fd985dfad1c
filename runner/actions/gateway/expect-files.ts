import { readFile, realpath } from "node:fs/promises";
import { basename, dirname, join, resolve } from "node:path";
import { isWithin } from "../../base/paths.ts";
import type { Matcher } from "../../flow/match/matcher.ts";
import { badArgument } from "../bad-argument.ts";
import type { ActionContext } from "../context.ts";
import { actionsOf } from "../define.ts";
import { expectState, PRESENT } from "../scene/expect.ts";
import { ANY, matcherOf, record, STRING } from "../schema.ts";

const FILE = record({ path: STRING, text: STRING }, { json: ANY });

/**
 * Absolute path of a file of the gateway's own.
 * @throws QaError `bad-argument` if it leaves the gateway's folders, also by a link
 */
async function pathOf(
  { gateway }: ActionContext,
  path: string,
  folder: "state" | "workspace",
): Promise<string> {
  const whole = resolve(folder === "state" ? gateway.stateDir : gateway.workspaceDir, path);
  const roots = [gateway.tempRoot, gateway.stateDir, gateway.workspaceDir];
  const real = await realOf(whole);
  const realRoots = await Promise.all(roots.map(realOf));
  const isOwn = (each: string, among: readonly string[]) => among.some((root) => isWithin(each, root));
  if (isOwn(whole, roots) && isOwn(real, realRoots)) return whole;
  throw badArgument(`expectFile: ${path} is not in the gateway's own folders`);
}

/** Where a path leads, as far as it exists. */
async function realOf(path: string): Promise<string> {
  try {
    return await realpath(path);
  } catch {
    const parent = dirname(path);
    return parent === path ? path : join(await realOf(parent), basename(path));
  }
}

async function textOf(context: ActionContext, path: string, folder: "state" | "workspace") {
  try {
    return await readFile(await pathOf(context, path, folder), "utf8");
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return undefined;
    throw error;
  }
}

/** @returns undefined for what is no JSON, so that it can still become one */
function parsed(text: string | undefined): unknown {
  try {
    return text === undefined ? undefined : JSON.parse(text);
  } catch {
    return undefined;
  }
}

interface FileExpectation {
  path: string;
  is?: Matcher;
  json?: Matcher;
  in: "state" | "workspace";
}

async function expectFile(context: ActionContext, { path, is, json, in: folder }: FileExpectation) {
  const what = `file ${path}`;
  const text = await expectState(context, what, is ?? PRESENT, () => textOf(context, path, folder));
  if (!json) return text === undefined ? undefined : { path, text };
  const value = await expectState(context, `${what} as JSON`, json, async () =>
    parsed(await textOf(context, path, folder)),
  );
  return { path, text, json: value };
}

export const fileStatements = actionsOf("gateway", (define) => ({
  expectFile: define({
    summary: "A file of the gateway's, as it lies there.",
    params: {
      path: {
        ...STRING,
        description: "below the state folder, or whole and in one of the gateway's own folders",
      },
      is: {
        ...matcherOf(
          STRING,
          "its text; `{ exists: false }` where there must be none; default: that it is there",
        ),
        optional: true,
      },
      json: { ...matcherOf(ANY, "the value that it holds as JSON"), optional: true },
      in: {
        enum: ["state", "workspace"],
        default: "state",
        description: "the folder: the gateway's state, or the agent's workspace",
      },
    },
    main: "path",
    returns: { ...FILE, optional: true },
    statement: "expects",
    effect: "reads",
    needs: "workspace",
    run: expectFile,
  }),
}));
