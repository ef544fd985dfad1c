import { writeFile } from "node:fs/promises";
import { resolve } from "node:path";
import type { JsonObject } from "../../base/json.ts";
import { isWithin } from "../../base/paths.ts";
import { delay } from "../../base/timers.ts";
import type { GatewayIdentity } from "../../gateway/gateway.ts";
import { badArgument } from "../bad-argument.ts";
import type { ActionContext } from "../context.ts";
import { actionsOf } from "../define.ts";
import { waitForChannelReady } from "../gateway/gateway.ts";
import { IDENTITY } from "../gateway/schemas.ts";
import { milliseconds, OBJECT, STRING, typed } from "../schema.ts";
import { restartWithPatch } from "./config.ts";

const STOP_AND_START_MS = 120_000;

interface Changes {
  config: JsonObject;
  stateFiles: Record<string, string>;
  downMs: number;
}

async function stopAndStart(
  context: ActionContext,
  { config, stateFiles, downMs }: Changes,
): Promise<GatewayIdentity> {
  const { stateDir } = context.gateway;
  const files = Object.entries(stateFiles).map(([path, text]) => [resolve(stateDir, path), text] as const);
  for (const [file] of files)
    if (!isWithin(file, stateDir)) throw badArgument(`stopAndStart: ${file} leaves the state folder`);
  await restartWithPatch(context, config, async () => {
    for (const [file, text] of files) await writeFile(file, text, { mode: 0o600 });
    await delay(downMs, context.signal());
  });
  await waitForChannelReady(context);
  return context.identity();
}

export const stopAndStartStatements = actionsOf("config", (define) => ({
  stopAndStart: define({
    summary:
      "Stops the gateway, as the end of its machine does, changes its files while it is down, and starts it again.",
    params: {
      config: typed<JsonObject>({
        ...OBJECT,
        default: {},
        description: "a merge patch for its config file: null deletes a key",
      }),
      stateFiles: typed<Record<string, string>>({
        type: "object",
        additionalProperties: { ...STRING, literal: true },
        default: {},
        description: "texts of files to write into its state folder, by name",
      }),
      downMs: milliseconds(0, "how long it stays down at least"),
    },
    returns: IDENTITY,
    statement: "acts",
    needs: "config-file",
    budgetMs: () => STOP_AND_START_MS,
    run: stopAndStart,
  }),
}));
