import fc from "fast-check";
import {
  formatPluginsList,
  type ListedPlugin,
  type PluginsRequest,
  parsePluginsArgs,
} from "../../../fixtures/gateway/src/plugins/chat.ts";
import {
  type PersistedRegistry,
  refreshReasonsOf,
} from "../../../fixtures/gateway/src/plugins/persisted-registry.ts";
import type { Area } from "../area.ts";
import { Finding } from "../findings.ts";
import type { Release } from "../release.ts";

type Registry = Omit<PersistedRegistry, "diagnostics">;
type Diff = (previous: object, current: object) => string[];

/** The registry of plugins that is written down, and `/plugins` in a chat. */
export const area: Area = {
  title: "Plugin registry and /plugins",
  slow: true,
  async compare(release) {
    return [
      // Later releases also compare what only they write down.
      ...(release.version === "2026.4.26" ? [await refreshReasons(release)] : []),
      await list(release),
      await requests(release),
    ];
  },
};

const some = fc.constantFrom("a", "b");
const ROW = fc.record(
  {
    pluginId: fc.constantFrom("buoy", "tide", "reef"),
    manifestPath: some,
    manifestHash: some,
    packageVersion: some,
    packageJson: fc.record({ path: some, hash: some }),
    rootDir: some,
    origin: some,
    enabled: fc.boolean(),
    installRecordHash: some,
  },
  { requiredKeys: ["pluginId", "manifestPath", "manifestHash", "rootDir", "origin", "enabled"] },
);
const REGISTRY: fc.Arbitrary<Registry> = fc.record({
  version: fc.constantFrom(1, 2),
  hostContractVersion: some,
  policyHash: some,
  generatedAtMs: fc.constant(0),
  installRecords: fc.constantFrom<Registry["installRecords"]>(
    {},
    { buoy: { source: "npm" } },
    { buoy: { source: "git" } },
  ),
  plugins: fc.uniqueArray(ROW, { selector: ({ pluginId }) => pluginId, maxLength: 3 }),
});

async function refreshReasons(release: Release): Promise<Finding> {
  const diff = await release.take<Diff>(
    "diffInstalledPluginIndexInvalidationReasons",
    "installed-plugin-index-store",
  );
  return Finding.rule("why a registry is written again", {
    fixed: [],
    random: fc.tuple(REGISTRY, REGISTRY),
    theirs: ([one, other]) => diff(one, other),
    ours: ([one, other]) => refreshReasonsOf(one, other),
  });
}

async function list(release: Release): Promise<Finding> {
  const format = await release.take<(report: object) => string>(
    "formatPluginsList",
    "commands-handlers.runtime",
  );
  const plugin: fc.Arbitrary<ListedPlugin> = fc.record({
    id: some,
    name: fc.constantFrom("", "a", "The A"),
    status: fc.constantFrom("loaded", "disabled", "error"),
  });
  return Finding.rule("/plugins list", {
    fixed: [[]],
    random: fc.array(plugin, { maxLength: 3 }),
    theirs: (plugins) => format({ workspaceDir: "/w", plugins }),
    ours: (plugins) => formatPluginsList(plugins, "/w"),
  });
}

async function requests(release: Release): Promise<Finding> {
  const parse = await release.take<(text: string) => PluginsRequest>(
    "parsePluginsCommand",
    "commands-handlers.runtime",
  );
  return Finding.rule("what /plugins is asked for", {
    fixed: ["update", "uninstall buoy"],
    random: fc
      .tuple(
        fc.constantFrom("", "list", "SHOW", "get", "inspect", "add", "install", "enable", "disable", "else"),
        fc.constantFrom("", " ", " buoy", "  The  Buoy "),
      )
      .map((words) => words.join("")),
    wanted: [
      {
        at: (text) => /^(?:update|uninstall)/.test(text),
        why: "this gateway's chat also updates and uninstalls",
      },
    ],
    theirs: (text) => plain(parse(`/plugins ${text}`)),
    ours: (text) => plain(parsePluginsArgs(text)),
  });
}

/** Without the texts, which differ between releases, and the flags that only later ones have. */
function plain(request: PluginsRequest): object {
  const { action, name, spec } = { name: undefined, spec: undefined, ...request };
  return JSON.parse(JSON.stringify(action === "error" ? { action } : { action, name, spec }));
}
