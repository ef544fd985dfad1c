import { isJsonObject, type JsonObject, listOf, mergePatch, objectOf } from "../../base/json.ts";
import { expanded, type Installation } from "./installation.ts";
import { scrubbed, scrubbedSettings } from "./scrub.ts";

/** The channel that stands in for the real ones. */
const CHANNEL = "qa-channel";

/** Members of an agent that name models, or need a provider's key. */
const MODELS = [
  ...[
    "model",
    "models",
    "imageModel",
    "imageGenerationModel",
    "videoGenerationModel",
    "musicGenerationModel",
  ],
  ...["pdfModel", "memorySearch", "cliBackends", "agentRuntime", "params"],
];
/** Parts of a config that are about credentials, this machine or programs of its own: a copy does without. */
const LEFT = [
  "auth",
  "secrets",
  "env",
  "channels",
  "models",
  "gateway",
  "discovery",
  "mcp",
  "browser",
  "talk",
  "tts",
];

/**
 * The config of a copy: the installation's own, with the run's gateway, model and channel in place of the real ones,
 * without credentials, and with paths that lead into the copy.
 * @param own what the run would start a gateway with
 * @param root of the copy; absolute
 */
export function configOfCopy(
  { config, places, source, agents }: Installation,
  own: JsonObject,
  root: string,
): JsonObject {
  const copy = objectOf(scrubbed(config));
  for (const name of LEFT) delete copy[name];
  const settings = (entries: unknown) =>
    Object.fromEntries(
      Object.entries(objectOf(entries)).map(([id, entry]) => [id, objectOf(scrubbedSettings(entry))]),
    );
  const { plugins, skills, hooks, agents: agentConfig, bindings, logging } = copy;
  const ownPlugins = objectOf(own.plugins);
  const mainWorkspace = agents[0]?.workspace;
  const changed: JsonObject = {
    ...copy,
    gateway: { ...objectOf(own.gateway), ...pick(config.gateway, ["reload"]) },
    ...{ discovery: own.discovery, models: own.models, channels: own.channels },
    logging: { ...objectOf(logging), ...objectOf(own.logging) },
    plugins: {
      ...objectOf(plugins),
      entries: { ...settings(objectOf(plugins).entries), ...objectOf(ownPlugins.entries) },
      load: {
        ...objectOf(objectOf(plugins).load),
        paths: [...listOf(objectOf(ownPlugins.load).paths), ...pathsOf(plugins, "paths", source)],
      },
      slots: { ...objectOf(objectOf(plugins).slots), ...objectOf(ownPlugins.slots) },
      ...(Array.isArray(objectOf(plugins).allow)
        ? { allow: [...listOf(objectOf(plugins).allow), CHANNEL] }
        : {}),
    },
    agents: agentsOf(objectOf(agentConfig), own, mainWorkspace),
  };
  if (skills !== undefined) {
    const { entries, load } = objectOf(skills);
    changed.skills = {
      ...objectOf(skills),
      ...(entries === undefined ? {} : { entries: settings(entries) }),
      ...(load === undefined
        ? {}
        : { load: { ...objectOf(load), ...expandedList(objectOf(load), "extraDirs", source) } }),
    };
  }
  if (hooks !== undefined) changed.hooks = without(objectOf(hooks), ["gmail"]);
  if (Array.isArray(bindings)) changed.bindings = bindings.map(bindingOf);
  return JSON.parse(places.rewrite(JSON.stringify(changed), root)) as JsonObject;
}

/**
 * The config that an earlier release has left in a copy, for the gateway of a run.
 * @param own what the run would start that gateway with
 */
export function configKept(left: JsonObject, own: JsonObject): JsonObject {
  const { port, auth } = objectOf(own.gateway);
  return mergePatch(left, {
    gateway: { port, auth },
    channels: { [CHANNEL]: { baseUrl: objectOf(objectOf(own.channels)[CHANNEL]).baseUrl } },
    models: {
      providers: Object.fromEntries(
        Object.entries(objectOf(objectOf(own.models).providers)).map(([id, provider]) => [
          id,
          { baseUrl: objectOf(provider).baseUrl },
        ]),
      ),
    },
  });
}

/**
 * The real channels of an installation, without credentials and turned off: so a release can say what it thinks of their
 * settings, and none of them starts.
 */
export function channelsOff({ channels }: JsonObject): JsonObject {
  return Object.fromEntries(
    Object.entries(objectOf(channels))
      .filter(([id]) => id !== CHANNEL && id !== "defaults")
      .map(([id, channel]) => [id, { ...objectOf(scrubbedSettings(scrubbed(channel))), enabled: false }]),
  );
}

/** Names of the real channels of a config. */
export function realChannels({ channels }: JsonObject): string[] {
  return Object.keys(objectOf(channels)).filter((id) => id !== CHANNEL && id !== "defaults");
}

function agentsOf(agents: JsonObject, own: JsonObject, workspace: string | undefined): JsonObject {
  const ownDefaults = objectOf(objectOf(own.agents).defaults);
  const { defaults, list, entries } = agents;
  const plain = (agent: unknown) => ({
    ...without(objectOf(agent), MODELS),
    ...part(agent, "heartbeat", (heartbeat) => without(heartbeat, ["model"])),
    ...part(agent, "subagents", (subagents) => without(subagents, ["model", "thinking"])),
    ...part(agent, "compaction", (compaction) => without(compaction, ["model", "provider"])),
    ...part(agent, "sandbox", (sandbox) => ({ ...sandbox, mode: "off" })),
  });
  return {
    ...agents,
    defaults: { workspace, ...plain(defaults), model: ownDefaults.model },
    ...(Array.isArray(list) ? { list: list.map(plain) } : {}),
    ...(isJsonObject(entries)
      ? { entries: Object.fromEntries(Object.entries(entries).map(([id, agent]) => [id, plain(agent)])) }
      : {}),
  };
}

/** A room of a real channel becomes one of the run's. */
function bindingOf(binding: unknown): unknown {
  if (!isJsonObject(binding) || !isJsonObject(binding.match)) return binding;
  const { accountId: _of, ...match } = binding.match;
  return { ...binding, match: { ...match, channel: CHANNEL } };
}

function pathsOf(plugins: unknown, name: string, source: Installation["source"]): unknown[] {
  return listOf(objectOf(objectOf(plugins).load)[name]).map((path) =>
    typeof path === "string" ? expanded(path, source) : path,
  );
}

function expandedList(load: JsonObject, name: string, source: Installation["source"]): JsonObject {
  const list = load[name];
  if (!Array.isArray(list)) return {};
  return { [name]: list.map((path: unknown) => (typeof path === "string" ? expanded(path, source) : path)) };
}

function part(value: unknown, name: string, change: (member: JsonObject) => JsonObject): JsonObject {
  const member = objectOf(value)[name];
  return isJsonObject(member) ? { [name]: change(member) } : {};
}

function pick(value: unknown, names: readonly string[]): JsonObject {
  return Object.fromEntries(Object.entries(objectOf(value)).filter(([name]) => names.includes(name)));
}

function without(value: JsonObject, names: readonly string[]): JsonObject {
  return Object.fromEntries(Object.entries(value).filter(([name]) => !names.includes(name)));
}
