import { readFile, writeFile } from "node:fs/promises";
import { isDeepStrictEqual } from "node:util";
import JSON5 from "json5";
import pRetry, { AbortError } from "p-retry";
import { BlockedError, errorMessage, QaError } from "../../base/errors.ts";
import { type JsonObject, mergePatch } from "../../base/json.ts";
import { delay } from "../../base/timers.ts";
import type { Matcher } from "../../flow/match/matcher.ts";
import { badArgument } from "../bad-argument.ts";
import type { ActionContext } from "../context.ts";
import { actionsOf, members } from "../define.ts";
import { liveTurnTimeout } from "../env/core.ts";
import { waitForChannelReady } from "../gateway/gateway.ts";
import { awaitNoChange, awaitReload, RELOAD } from "../gateway/reloads.ts";
import {
  BOOLEAN,
  callback,
  matcherOf,
  NOTHING,
  NUMBER,
  OBJECT,
  open,
  record,
  STRING,
  STRINGS,
  type ValuesOf,
} from "../schema.ts";

/** Attempts of one config write before its last error is the result. */
const MUTATION_ATTEMPTS = 8;
/** A gateway that answers when the change is in force answers after that. */
const ANSWER_MS = 20_000;
/** It has saved the change, and something else that changed at the same time took its place in force. */
const SAVED_ONLY = /persisted but was not applied to the active Gateway.*use config\.apply/;
/** Releases of spring 2026 replace every list that a patch has, and know no word for it. */
const REPLACES_ANYWAY = /unexpected property 'replacePaths'/;
const MUTATION_TIMEOUT_MS = 180_000;

const MUTATION_PARAMS = {
  note: { ...STRING, optional: true, description: "for the restart sentinel" },
  sessionKey: { ...STRING, optional: true },
  deliveryContext: { ...OBJECT, optional: true },
  restartDelayMs: {
    ...NUMBER,
    default: 0,
    description: "milliseconds; so that no time is lost when a restart is needed",
  },
  replacePaths: { ...STRINGS, optional: true },
} as const;

interface Snapshot {
  hash: string;
  config: JsonObject;
}

export const RELOAD_PARAM = {
  ...matcherOf(RELOAD, "how the gateway takes the change: hot, restart, none or a mapping"),
  optional: true,
} as const;

/** Parameters of the statements that change the config. */
const CHANGE_PARAMS = {
  reload: RELOAD_PARAM,
  wait: {
    enum: ["applied", "answer"],
    default: "applied",
    description: "for what: that the change is in force, or only the gateway's answer",
  },
} as const;

/** Writes, and waits until the change is in force: a statement also on gateways that answer first, by their log. */
async function change(
  context: ActionContext,
  method: "config.patch" | "config.apply",
  body: JsonObject,
  { reload, wait, ...mutation }: ValuesOf<typeof MUTATION_PARAMS & typeof CHANGE_PARAMS>,
): Promise<JsonObject> {
  const result = await mutateConfig(context, method, body, mutation, { waits: wait === "applied" });
  const hasLog = context.gateway.capabilities.has("logs");
  if (reload && !hasLog)
    throw new BlockedError("logs", "how a change was taken is read from the gateway's log");
  if (result.noop || result.outcome === "noop") awaitNoChange(context, reload);
  else if (reload !== undefined || (context.limits && wait === "applied" && hasLog))
    await awaitChange(context, reload, wait === "applied");
  return result;
}

/** Waits for the reload and, where the change is to be in force, for the process that it starts. */
async function awaitChange(
  context: ActionContext,
  reload: Matcher | undefined,
  inForce: boolean,
): Promise<void> {
  const { outcome } = await awaitReload(context, reload);
  const { before } = context.scene;
  if (!inForce || outcome !== "restart" || !before) return;
  await context.waitForNewBoot(before.bootId, MUTATION_TIMEOUT_MS);
  await waitForChannelReady(context);
}

/** The config in force, and the hash that a write must be based on. */
export async function readSnapshot(context: ActionContext): Promise<Snapshot> {
  const { hash, config } = await context.call("config.get", {});
  if (typeof hash !== "string" || typeof config !== "object" || config === null) {
    throw new QaError("config.get returned no hash or no config", { code: "bad-answer", fault: "product" });
  }
  return { hash, config: config as JsonObject };
}

/**
 * One config write the way a careful client does it: read, skip when nothing would change, write
 * against the hash that was read, try again when someone else was faster, wait as long as the
 * gateway asks when it limits writes, apply what it says that it has saved only, and after a restart or a
 * lost connection in between first look whether the change is already there.
 * @param answerMs for each answer
 * @returns the gateway's answer; `reapplied` where it had to be told twice
 */
export async function mutateConfig(
  context: ActionContext,
  method: "config.patch" | "config.apply",
  body: JsonObject,
  {
    sessionKey,
    deliveryContext,
    note,
    restartDelayMs = 0,
    replacePaths,
  }: Partial<ValuesOf<typeof MUTATION_PARAMS>>,
  { waits = true, answerMs = ANSWER_MS } = {},
): Promise<JsonObject> {
  const isApplied = ({ config }: Snapshot) =>
    method === "config.patch"
      ? isDeepStrictEqual(mergePatch(config, body), config)
      : isDeepStrictEqual(withoutMeta(body), withoutMeta(config));
  const before = await context.identity();
  let restarted = false;
  let wasCut = false;
  let savedOnly = false;
  let namesLists = true;

  return pRetry(
    async () => {
      const snapshot = await readSnapshot(context);
      const isSaved = isApplied(snapshot);
      if (isSaved && !savedOnly)
        return { ok: true, ...(restarted ? { restarted } : wasCut ? {} : { noop: true }) };
      try {
        const result = await context.call(
          isSaved ? "config.apply" : method,
          {
            raw: JSON.stringify(isSaved ? snapshot.config : body),
            baseHash: snapshot.hash,
            ...(sessionKey ? { sessionKey } : {}),
            ...(deliveryContext ? { deliveryContext } : {}),
            ...(note ? { note } : {}),
            ...(replacePaths?.length && !isSaved && namesLists ? { replacePaths } : {}),
            restartDelayMs,
          },
          { timeoutMs: liveTurnTimeout(context.providerMode, answerMs) },
        );
        if (result.restart && waits) {
          await context.waitForNewBoot(before.bootId, MUTATION_TIMEOUT_MS);
          await waitForChannelReady(context);
        }
        return isSaved ? { ...result, reapplied: true } : result;
      } catch (error) {
        const code = error instanceof QaError ? error.code : "";
        if (code === "gateway-restarted") {
          restarted = true;
          await context.waitHealthy(MUTATION_TIMEOUT_MS);
          await waitForChannelReady(context);
          throw error;
        }
        if (code === "rpc-closed" && (error as QaError).fault === "product") {
          wasCut = true;
          throw error;
        }
        if (!savedOnly && SAVED_ONLY.test(errorMessage(error))) {
          savedOnly = true;
          throw error;
        }
        if (namesLists && REPLACES_ANYWAY.test(errorMessage(error))) {
          namesLists = false;
          throw error;
        }
        const retryAfterMs = retryAfter(error);
        if (retryAfterMs !== undefined) await delay(retryAfterMs, context.signal());
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

/** A patch replaces a list as a whole: what the run needs of it stays. */
function withOwnPaths({ gateway }: ActionContext, patch: JsonObject): JsonObject {
  const { plugins } = patch as { plugins?: { load?: { paths?: unknown } } };
  return Array.isArray(plugins?.load?.paths) ? gateway.keepOwnPlugins(patch) : patch;
}

/** The gateway stamps `meta` on every write; it never decides whether a change is there. */
export function withoutMeta({ meta: _meta, ...rest }: JsonObject): JsonObject {
  return rest;
}

/** Writes the config file the way a person with an editor does: whole text, in place. */
async function editConfigFile(
  context: ActionContext,
  { edit }: { edit: (text: string) => unknown },
): Promise<string> {
  const path = context.gateway.configPath;
  const next = await edit(await readFile(path, "utf8"));
  if (typeof next !== "string") {
    throw badArgument("editConfigFile: the function must return the new text of the file");
  }
  await writeFile(path, next, { mode: 0o600 });
  await lookAtConfig(context);
  return next;
}

/**
 * Stops the gateway, merges a patch into its config file, and starts it again.
 * @param change changes other files while it is down
 */
export async function restartWithPatch(
  context: ActionContext,
  patch: JsonObject,
  change?: () => Promise<void>,
): Promise<void> {
  const path = context.gateway.configPath;
  await context.gateway.restartAfterStateMutation(async () => {
    if (Object.keys(patch).length > 0) {
      const patched = mergePatch(await configInFile(context), patch);
      const next = "plugins" in patch ? context.gateway.keepOwnPlugins(patched) : patched;
      await writeFile(path, `${JSON.stringify(next, null, 2)}\n`, { mode: 0o600 });
    }
    await change?.();
  });
  await lookAtConfig(context);
}

/** What the gateway's config file says; defaults are not in it. */
export async function configInFile({ gateway }: ActionContext): Promise<JsonObject> {
  return JSON5.parse<JsonObject>(await readFile(gateway.configPath, "utf8"));
}

/** A gateway may say that it does not read a key that was written into its file; what else it says does not matter. */
export async function lookAtConfig(context: ActionContext): Promise<void> {
  if (context.gateway.pid === undefined) return;
  await context.call("config.get", {}).catch((error: unknown) => {
    if (error instanceof BlockedError) throw error;
  });
}

const PATCH = { ...OBJECT, description: "a merge patch: null deletes a key" } as const;
const MUTATED = open(
  record({}, { ok: BOOLEAN, noop: BOOLEAN, restarted: BOOLEAN, restart: {}, sentinel: {} }),
);

export const configActions = actionsOf("config", (define) => ({
  readConfigSnapshot: define({
    summary: "The config in force and the hash that a write must be based on.",
    positional: ["env"],
    inSteps: "`expectConfig`",
    returns: record({ hash: STRING, config: OBJECT }),
    effect: "reads",
    run: readSnapshot,
  }),
  patchConfig: define({
    summary:
      "Merges `patch` into the config through `config.patch` and returns when the change is in force, also if it restarts the gateway. A patch that changes nothing is not sent. Returns what the gateway answered.",
    params: { patch: PATCH, ...CHANGE_PARAMS, ...MUTATION_PARAMS },
    main: "patch",
    positional: [members("request")],
    returns: MUTATED,
    statement: "acts",
    budgetMs: () => MUTATION_TIMEOUT_MS,
    run: (context, { patch, ...how }) => change(context, "config.patch", withOwnPaths(context, patch), how),
  }),
  applyConfig: define({
    summary: "Replaces the whole config through `config.apply`; otherwise like `patchConfig`.",
    params: {
      nextConfig: { ...OBJECT, description: "the whole config; with `over`, a merge patch for that one" },
      over: {
        ...OBJECT,
        optional: true,
        description: "a whole config, for instance one that `config.get` gave",
      },
      ...CHANGE_PARAMS,
      ...MUTATION_PARAMS,
    },
    main: "nextConfig",
    positional: [members("request")],
    returns: MUTATED,
    statement: "acts",
    budgetMs: () => MUTATION_TIMEOUT_MS,
    run: (context, { nextConfig, over, ...how }) =>
      change(context, "config.apply", over ? mergePatch(over, nextConfig) : nextConfig, how),
  }),
  restartGatewayWithConfigPatch: define({
    summary: "Stops the gateway, merges `patch` into its config file while it is down, and starts it again.",
    params: { patch: PATCH },
    main: "patch",
    positional: [members("request")],
    inSteps: "`stopAndStart`",
    returns: NOTHING,
    needs: "config-file",
    budgetMs: () => MUTATION_TIMEOUT_MS,
    run: (context, { patch }) => restartWithPatch(context, patch),
  }),
  editConfigFile: define({
    summary: "Changes the config file by hand, as a person with an editor does: the gateway is not asked.",
    params: {
      edit: callback<(text: string) => unknown>(
        "(text) => string",
        "gets the file's text, returns the new one",
      ),
    },
    main: "edit",
    positional: ["env", "edit"],
    inSteps: "`editConfig`",
    returns: { ...STRING, description: "the text written" },
    needs: "config-file",
    run: editConfigFile,
  }),
}));
