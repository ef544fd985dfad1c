import { readFile, writeFile } from "node:fs/promises";
import { setTimeout as delay } from "node:timers/promises";
import { isDeepStrictEqual } from "node:util";
import JSON5 from "json5";
import pRetry, { AbortError } from "p-retry";
import { errorMessage, QaError } from "../../base/errors.ts";
import { type JsonObject, mergePatch } from "../../base/json.ts";
import { type ActionContext, actionsOf, ENV_PARAMETER } from "../define.ts";
import { liveTurnTimeout } from "../env/core.ts";
import { waitForChannelReady } from "../gateway/gateway.ts";

/** Attempts of one config write before its last error is the result. */
const MUTATION_ATTEMPTS = 8;
const MUTATION_TIMEOUT_MS = 180_000;

interface Mutation {
  sessionKey?: string;
  deliveryContext?: JsonObject;
  note?: string;
  restartDelayMs?: number;
  replacePaths?: readonly string[];
}

interface Snapshot {
  hash: string;
  config: JsonObject;
}

async function readSnapshot(context: ActionContext): Promise<Snapshot> {
  const { hash, config } = await context.gateway.call("config.get", {}, { signal: context.signal() });
  if (typeof hash !== "string" || typeof config !== "object" || config === null) {
    throw new QaError("config.get returned no hash or no config", { code: "bad-answer", fault: "product" });
  }
  return { hash, config: config as JsonObject };
}

/**
 * One config write the way a careful client does it: read, skip when nothing would change, write on the
 * hash that was read, try again when somebody else was faster, wait as long as the gateway asks when it
 * limits writes, and after a restart in between look first whether the change is already there.
 */
export async function mutateConfig(
  context: ActionContext,
  method: "config.patch" | "config.apply",
  body: JsonObject,
  { sessionKey, deliveryContext, note, restartDelayMs = 0, replacePaths }: Mutation,
): Promise<JsonObject> {
  const isApplied = ({ config }: Snapshot) =>
    method === "config.patch"
      ? isDeepStrictEqual(mergePatch(config, body), config)
      : isDeepStrictEqual(withoutMeta(body), withoutMeta(config));
  const before = await context.gateway.identity({ signal: context.signal() });
  let restarted = false;

  return pRetry(
    async () => {
      const snapshot = await readSnapshot(context);
      if (isApplied(snapshot)) return { ok: true, ...(restarted ? { restarted } : { noop: true }) };
      try {
        const result = await context.gateway.call(
          method,
          {
            raw: JSON.stringify(body),
            baseHash: snapshot.hash,
            ...(sessionKey ? { sessionKey } : {}),
            ...(deliveryContext ? { deliveryContext } : {}),
            ...(note ? { note } : {}),
            ...(replacePaths?.length ? { replacePaths } : {}),
            restartDelayMs,
          },
          { signal: context.signal(), timeoutMs: liveTurnTimeout(context.providerMode, 20_000) },
        );
        if (result.restart) {
          const options = { timeoutMs: MUTATION_TIMEOUT_MS, signal: context.signal() };
          await context.gateway.waitForNewBoot(before.bootId, options);
          await waitForChannelReady(context);
        }
        return result;
      } catch (error) {
        const code = error instanceof QaError ? error.code : "";
        if (code === "gateway-restarted") {
          restarted = true;
          await context.gateway.waitHealthy(MUTATION_TIMEOUT_MS, context.signal());
          await waitForChannelReady(context);
          throw error;
        }
        const retryAfterMs = retryAfter(error);
        if (retryAfterMs !== undefined) await delay(retryAfterMs, undefined, { signal: context.signal() });
        else if (!errorMessage(error).includes("config changed since last load"))
          throw new AbortError(asError(error));
        throw error;
      }
    },
    { retries: MUTATION_ATTEMPTS - 1, minTimeout: 10, factor: 2, signal: context.signal() },
  );
}

function retryAfter(error: unknown): number | undefined {
  const stated = (error as { retryAfterMs?: unknown }).retryAfterMs;
  if (typeof stated === "number" && stated > 0) return stated;
  const seconds = /retry after (\d+)\s?s/i.exec(errorMessage(error))?.[1];
  return seconds === undefined ? undefined : Number(seconds) * 1000;
}

function asError(error: unknown): Error {
  return error instanceof Error ? error : new Error(errorMessage(error));
}

/** The gateway stamps `meta` on every write; it never decides whether a change is there. */
function withoutMeta({ meta: _meta, ...rest }: JsonObject): JsonObject {
  return rest;
}

/** Writes the config file the way a person with an editor does: whole text, in place. */
async function editConfigFile(
  context: ActionContext,
  _env: object,
  edit: (text: string) => unknown,
): Promise<string> {
  const path = context.gateway.configPath;
  const next = await edit(await readFile(path, "utf8"));
  if (typeof next !== "string") {
    throw new QaError("editConfigFile: the function must return the new text of the file", {
      code: "bad-argument",
      fault: "scenario",
    });
  }
  await writeFile(path, next, { mode: 0o600 });
  return next;
}

async function restartWithPatch(context: ActionContext, { patch }: { patch: JsonObject }): Promise<void> {
  const path = context.gateway.configPath;
  await context.gateway.restartAfterStateMutation(async () => {
    const config = JSON5.parse(await readFile(path, "utf8")) as JsonObject;
    await writeFile(path, `${JSON.stringify(mergePatch(config, patch), null, 2)}\n`, { mode: 0o600 });
  });
}

const MUTATION_OPTIONS =
  "note?, sessionKey?, deliveryContext?, restartDelayMs?, replacePaths?" as const satisfies string;

export const configActions = actionsOf("config", (define) => ({
  readConfigSnapshot: define({
    summary: "The config in force and the hash that a write must be based on.",
    params: [ENV_PARAMETER],
    returns: "{ hash, config }",
    effect: "reads",
    run: (context) => readSnapshot(context),
  }),
  patchConfig: define({
    summary:
      "Merges `patch` into the config through `config.patch` (null deletes a key) and returns when the change is in force, also if it restarts the gateway. A patch that changes nothing is not sent.",
    params: [
      {
        name: "request",
        type: `{ env, patch, ${MUTATION_OPTIONS} }`,
        description: "`restartDelayMs` defaults to 0, so that no time is lost when a restart is needed",
      },
    ],
    returns: "{ ok, noop?, restarted?, … }: what the gateway answered",
    budgetMs: () => MUTATION_TIMEOUT_MS,
    run: (context, request: { patch: JsonObject } & Mutation) =>
      mutateConfig(context, "config.patch", request.patch, request),
  }),
  applyConfig: define({
    summary: "Replaces the whole config through `config.apply`; otherwise like `patchConfig`.",
    params: [
      { name: "request", type: `{ env, nextConfig, ${MUTATION_OPTIONS} }`, description: "the whole config" },
    ],
    returns: "{ ok, noop?, restarted?, … }",
    budgetMs: () => MUTATION_TIMEOUT_MS,
    run: (context, request: { nextConfig: JsonObject } & Mutation) =>
      mutateConfig(context, "config.apply", request.nextConfig, request),
  }),
  restartGatewayWithConfigPatch: define({
    summary: "Stops the gateway, merges `patch` into its config file while it is down, and starts it again.",
    params: [{ name: "request", type: "{ env, patch }", description: "a merge patch" }],
    returns: "nothing",
    needs: "config-file",
    budgetMs: () => MUTATION_TIMEOUT_MS,
    run: restartWithPatch,
  }),
  waitForConfigRestartSettle: define({
    summary:
      "Waits until the gateway and its channel are ready after a change that may restart it. `patchConfig` already does this.",
    params: [
      ENV_PARAMETER,
      {
        name: "restartDelayMs",
        type: "number",
        optional: true,
        description: "accepted for upstream's scenarios",
      },
      { name: "timeoutMs", type: "number", optional: true, description: "milliseconds; default 60 000" },
    ],
    returns: "nothing",
    effect: "reads",
    budgetMs: ([, , timeoutMs]) => Number(timeoutMs ?? 60_000),
    run: async (context, _env: object, _restartDelayMs?: number, timeoutMs: number = 60_000) => {
      await context.gateway.waitHealthy(timeoutMs, context.signal());
      await waitForChannelReady(context, timeoutMs);
    },
  }),
  editConfigFile: define({
    summary: "Changes the config file by hand, as a person with an editor does: the gateway is not told.",
    params: [
      ENV_PARAMETER,
      { name: "edit", type: "(text) => string", description: "gets the file's text, returns the new one" },
    ],
    returns: "the text written",
    needs: "config-file",
    run: editConfigFile,
  }),
}));
