import { satisfies } from "semver";
import type { JsonObject } from "../../base/json.ts";

/** What is done differently for some releases. */
export interface ReleaseTraits {
  /** Merge patches for the config file. */
  configPatches: readonly JsonObject[];
  /**
   * Merge patches for a scenario of upstream's: memory, and a model that makes pictures.
   * @param modelUrl of the scripted model, which serves both
   */
  surroundings(modelUrl: string): JsonObject[];
  /** Start it with a copy of the package that bundles hardly any plugins; see trimmed-plugins.ts. */
  trimBundledPlugins: boolean;
  /**
   * How it comes back from an update of itself. `respawned`: it ends, and what started it starts it again. `service`: a
   * program of its own stops and starts it through the service manager, which must know it.
   */
  updatesAs: "respawned" | "service";
  /** What it says to the conversation that asked for the update that brought it; see `UpdatePlan`. */
  updateNotice: "note" | "versions";
}

interface Row {
  /** npm range; pre-releases count. */
  range: string;
  why: string;
  config?: JsonObject;
  surroundings?(modelUrl: string): JsonObject;
  trimBundledPlugins?: true;
  updatesAs?: "service";
  updateNotice?: "versions";
}

const IMAGE_MODEL: JsonObject = { primary: "openai/gpt-image-1" };

function provider(baseUrl: string): JsonObject {
  return {
    baseUrl,
    apiKey: "test",
    api: "openai-responses",
    request: { allowPrivateNetwork: true },
    models: [],
  };
}

/** Older ones may install and start, but do not let a client without a device of its own do anything. */
export const OLDEST_SUPPORTED = "2026.4.26";

/** Every difference between releases that this runner knows. All rows that fit a release apply, in this order. */
const ROWS: readonly Row[] = [
  {
    range: "<2026.5.0",
    why: "Installs the packages of every bundled provider for each gateway as soon as a model is configured.",
    trimBundledPlugins: true,
  },
  {
    range: ">=2026.5.19",
    why: "Can hide most tools behind a search tool; older releases do not know the key and refuse to start.",
    config: { tools: { toolSearch: false } },
  },
  {
    range: ">=2026.9.0",
    why: "Has dropped the key, and rewrites a config file that holds it before it starts.",
    config: { commands: { ownerDisplay: null } },
  },
  {
    range: "*",
    why: "Upstream's scenarios take both plugins for granted. The images API is asked at the provider's address.",
    surroundings: (baseUrl) => ({
      plugins: {
        slots: { memory: "memory-core" },
        entries: {
          "memory-core": { enabled: true, config: {} },
          openai: { enabled: true, config: {} },
        },
      },
      models: { providers: { openai: provider(baseUrl) } },
    }),
  },
  {
    range: "<2026.9.0",
    why: "Its names for the model that makes pictures and for memory.",
    surroundings: () => ({
      agents: {
        defaults: {
          imageGenerationModel: IMAGE_MODEL,
          memorySearch: {
            sync: { watch: true, watchDebounceMs: 25, onSessionStart: true, onSearch: true },
          },
        },
      },
    }),
  },
  {
    range: ">=2026.9.0",
    why: "Its names for the same.",
    surroundings: (baseUrl) => ({
      agents: { defaults: { mediaModels: { image: IMAGE_MODEL } } },
      memory: {
        search: {
          provider: "openai-compatible",
          model: "text-embedding-3-small",
          remote: { baseUrl, apiKey: "test" },
        },
      },
    }),
  },
  {
    range: ">=2026.5.18",
    why: "Hands an update over to a program beside it, which talks to the service manager.",
    updatesAs: "service",
  },
  {
    range: ">=2026.9.2",
    why: "Reports an update in words of its own, which leave out the note that came with the request.",
    updateNotice: "versions",
  },
];

/** The traits of a release. */
export function traitsOf(version: string): ReleaseTraits {
  const rows = ROWS.filter(({ range }) => satisfies(version, range, { includePrerelease: true }));
  return {
    configPatches: rows.flatMap(({ config }) => (config ? [config] : [])),
    surroundings: (modelUrl) => rows.flatMap((row) => (row.surroundings ? [row.surroundings(modelUrl)] : [])),
    trimBundledPlugins: rows.some((row) => row.trimBundledPlugins),
    updatesAs: rows.find((row) => row.updatesAs)?.updatesAs ?? "respawned",
    updateNotice: rows.find((row) => row.updateNotice)?.updateNotice ?? "note",
  };
}
