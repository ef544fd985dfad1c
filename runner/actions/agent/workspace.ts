import { mkdir, writeFile } from "node:fs/promises";
import { dirname, resolve } from "node:path";
import { isWithin } from "../../base/paths.ts";
import { badArgument } from "../bad-argument.ts";
import type { ActionContext } from "../context.ts";
import { actionsOf } from "../define.ts";
import { STRING } from "../schema.ts";

async function writeWorkspaceFile(
  { gateway }: ActionContext,
  { path, text }: { path: string; text: string },
): Promise<string> {
  const file = resolve(gateway.workspaceDir, path);
  if (!isWithin(file, gateway.workspaceDir))
    throw badArgument(`writeFile: ${path} leaves the agent's workspace`);
  await mkdir(dirname(file), { recursive: true });
  await writeFile(file, text);
  return file;
}

export const workspaceStatements = actionsOf("workspace", (define) => ({
  writeFile: define({
    summary: "Writes a file into the agent's workspace.",
    params: {
      path: { ...STRING, description: "from the workspace's folder" },
      text: { ...STRING, description: "what is in it" },
    },
    main: "path",
    returns: { ...STRING, description: "the whole path" },
    statement: "acts",
    effect: "converses",
    needs: "workspace",
    run: writeWorkspaceFile,
  }),
}));
