import { type JsonObject, mergePatch } from "../base/json.ts";
import { isLoopback } from "../base/loopback.ts";
import type { LiveModel } from "./live-model.ts";
import type { TempRoot } from "./process/temp-root.ts";
import { type ModelNames, type Surroundings, upstreamConfig } from "./surroundings.ts";

/** Agent that scenarios talk to. */
export const AGENT_ID = "qa";
/** Channel account of the bus. */
const CHANNEL_ACCOUNT_ID = "default";
/** The scripted model of that agent. */
const SCRIPTED: ModelNames = { primary: "mock/mock-1", alternate: "mock/mock-2" };

/** Models of the agent. A live one is the only one. */
export function modelNames(live: LiveModel | undefined, surroundings?: Surroundings): ModelNames {
  if (!live) return surroundings?.models ?? SCRIPTED;
  const name = `${live.provider}/${live.model}`;
  return { primary: name, alternate: name };
}

/** What the gateway speaks to the model. */
const MODEL_API = "openai-completions";
const ANTHROPIC_API = "anthropic-messages";
const VERSION_OF_API = /\/v1$/;

/** In a scenario's patch it stands for the channel account in use, whose name the scenario cannot know. */
const SELECTED_ACCOUNT = "$selectedAccount";

export interface GatewayConfigOptions {
  tempRoot: Pick<TempRoot, "workspaceDir" | "logPath">;
  port: number;
  token: string;
  /** `http://127.0.0.1:1234/v1` */
  modelUrl: string;
  /** Takes the place of the scripted model. */
  liveModel?: LiveModel;
  busUrl: string;
  surroundings?: Surroundings | undefined;
  /** Merge patches of the scenario, applied in order. */
  patches: readonly JsonObject[];
  /** Plugins that are loaded whatever the patches say, by id: their folders. */
  plugins?: Readonly<Record<string, string>>;
}

/** The config file that a run starts its gateway with. */
export function gatewayConfig(options: GatewayConfigOptions): JsonObject {
  const { surroundings, liveModel } = options;
  const config = options.patches.reduce<JsonObject>(
    (patched, patch) => mergePatch(patched, selectAccount(patch) as JsonObject),
    surroundings
      ? mergePatch(baseConfig(options), upstreamConfig(modelNames(liveModel, surroundings)))
      : baseConfig(options),
  );
  return withPlugins(config, options.plugins ?? {});
}

function withPlugins(config: JsonObject, plugins: Readonly<Record<string, string>>): JsonObject {
  const ids = Object.keys(plugins);
  if (ids.length === 0) return config;
  const entries = Object.fromEntries(ids.map((id) => [id, { enabled: true, config: {} }]));
  return keepPlugins(mergePatch(config, { plugins: { entries } }), plugins);
}

/**
 * A patch replaces lists as a whole: what the run itself needs is put back into those of plugins.
 * @param plugins by id: their folders
 */
export function keepPlugins(config: JsonObject, plugins: Readonly<Record<string, string>>): JsonObject {
  const { load, allow } = (config.plugins ?? {}) as { load?: { paths?: string[] }; allow?: string[] };
  const lost = (needed: readonly string[], list: readonly string[] = []) =>
    needed.filter((one) => !list.includes(one));
  const paths = lost(Object.values(plugins), load?.paths);
  // An empty list allows all: a name in it would shut out every other.
  const ids = allow === undefined || allow.length === 0 ? [] : lost(Object.keys(plugins), allow);
  if (paths.length === 0 && ids.length === 0) return config;
  return mergePatch(config, {
    plugins: {
      ...(paths.length > 0 && { load: { paths: [...paths, ...(load?.paths ?? [])] } }),
      ...(ids.length > 0 && { allow: [...(allow ?? []), ...ids] }),
    },
  });
}

function baseConfig({
  tempRoot,
  port,
  token,
  modelUrl,
  liveModel,
  busUrl,
  surroundings,
}: GatewayConfigOptions): JsonObject {
  const names = modelNames(liveModel, surroundings);
  const { primary } = names;
  const [provider = ""] = primary.split("/");
  const anthropic = liveModel ? [] : (surroundings?.anthropicModels ?? []);
  return {
    gateway: {
      mode: "local",
      bind: "loopback",
      port,
      auth: { mode: "token", token },
      controlUi: { enabled: surroundings?.controlUi ?? false },
    },
    discovery: { mdns: { mode: "off" } },
    // Without it all gateways of a machine log into one shared folder.
    logging: { file: tempRoot.logPath },
    agents: {
      defaults: {
        workspace: tempRoot.workspaceDir,
        skipBootstrap: true,
        model: { primary },
        ...MATERIALISED_AGENT_DEFAULTS,
      },
      list: [{ id: AGENT_ID, default: true, workspace: tempRoot.workspaceDir }],
    },
    models: {
      mode: "replace",
      providers: {
        [provider]: liveModel
          ? providerBlock(liveModel.baseUrl, liveModel.apiKey, [liveModel.model], ["text"])
          : scriptedProvider(modelUrl, names, surroundings ? ["text", "image"] : ["text"]),
        ...(anthropic.length > 0 ? { anthropic: anthropicProvider(modelUrl, anthropic) } : {}),
      },
    },
    plugins: { slots: { memory: "none" } },
    channels: { "qa-channel": { enabled: true, baseUrl: busUrl, allowFrom: ["*"] } },
    ...MATERIALISED_DEFAULTS,
  };
}

/** Any key does: the scripted model asks for none, but a provider without a key is not used. */
function scriptedProvider(
  baseUrl: string,
  { primary, alternate }: ModelNames,
  input: readonly string[],
): JsonObject {
  const models = [primary, alternate].map((name) => name.slice(name.indexOf("/") + 1));
  return providerBlock(baseUrl, "test", models, input);
}

/** Its clients add the API's version to the address themselves. */
function anthropicProvider(modelUrl: string, models: readonly string[]): JsonObject {
  return providerBlock(
    modelUrl.replace(VERSION_OF_API, ""),
    "test",
    models,
    ["text", "image"],
    ANTHROPIC_API,
  );
}

function providerBlock(
  baseUrl: string,
  apiKey: string,
  models: readonly string[],
  input: readonly string[],
  api = MODEL_API,
): JsonObject {
  return {
    baseUrl,
    apiKey,
    api,
    ...(isLoopback(new URL(baseUrl).hostname) ? { request: { allowPrivateNetwork: true } } : {}),
    models: models.map((id) => modelEntry(id, input, api)),
  };
}

function modelEntry(id: string, input: readonly string[], api: string): JsonObject {
  return {
    id,
    name: id,
    api,
    reasoning: false,
    input: [...input],
    cost: { input: 0, output: 0, cacheRead: 0, cacheWrite: 0 },
    contextWindow: 128_000,
    maxTokens: 4096,
  };
}

/**
 * Defaults that OpenClaw releases of spring 2026 write into the file with the first change. Absent
 * from the start, they look like part of that change, and every patch restarts the gateway.
 */
const MATERIALISED_DEFAULTS: JsonObject = {
  commands: { native: "auto", nativeSkills: "auto", restart: true, ownerDisplay: "raw" },
  messages: { ackReactionScope: "group-mentions" },
};
const MATERIALISED_AGENT_DEFAULTS: JsonObject = { maxConcurrent: 4, subagents: { maxConcurrent: 8 } };

function selectAccount(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(selectAccount);
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, item]) => [
      key === SELECTED_ACCOUNT ? CHANNEL_ACCOUNT_ID : key,
      selectAccount(item),
    ]),
  );
}
