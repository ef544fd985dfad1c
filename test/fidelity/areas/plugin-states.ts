import fc from "fast-check";
import type { PluginsConfig } from "../../../fixtures/gateway/src/config/config.ts";
import { judgePlugins } from "../../../fixtures/gateway/src/plugins/policy.ts";
import type { PluginOrigin } from "../../../fixtures/gateway/src/plugins/registry.ts";
import { docsTable } from "../../../fixtures/gateway/src/plugins/testing/docs-tables.ts";
import { recordOf } from "../../../fixtures/gateway/src/plugins/testing/records.ts";
import type { Area } from "../area.ts";
import { Finding } from "../findings.ts";

interface Input {
  id: string;
  origin: PluginOrigin;
  enabledByDefault: boolean;
  plugins: PluginsConfig;
}

type Resolve = (params: { id: string; origin: string; config: unknown; enabledByDefault: boolean }) => {
  activated: boolean;
};

/** Whether the config lets a plugin run. */
export const area: Area = {
  title: "Plugin activation states",
  async compare(release) {
    const resolve = await release.take<Resolve>("resolveEffectivePluginActivationState", "config-state");
    const normalize = await release.take<(plugins: PluginsConfig) => unknown>(
      "normalizePluginsConfig",
      "config-state",
    );
    const theirs = ({ id, origin, enabledByDefault, plugins }: Input) =>
      resolve({ id, origin: THEIR_ORIGIN[origin], config: normalize(plugins), enabledByDefault }).activated;
    const caseCounts = release.version === "2026.4.26";
    return [
      await Finding.rule("activated", {
        fixed: [...docsTable("plugins", "origin", "state").map(inputOf), ...MORE],
        random: INPUT,
        theirs,
        ours,
        wanted: caseCounts ? [{ at: ({ id, plugins }) => differsInCase(id, plugins), why: CASE }] : [],
      }),
    ];
  },
};

const CASE = "ids are compared without regard to case, as 2026.9.6 does; 2026.4.26 minds the case";

const THEIR_ORIGIN: Record<PluginOrigin, string> = {
  config: "config",
  installed: "global",
  workspace: "workspace",
  bundled: "bundled",
};

function ours({ id, origin, enabledByDefault, plugins }: Input): boolean {
  const plugin = recordOf(id, { enabledByDefault }, { origin });
  return judgePlugins([plugin], plugins).get(id)?.state === "enabled";
}

function inputOf([plugins = "", origin = ""]: string[]): Input {
  return {
    id: "buoy",
    origin: origin as PluginOrigin,
    enabledByDefault: false,
    plugins: JSON.parse(plugins),
  };
}

const MORE: Input[] = [
  { id: "buoy", origin: "bundled", enabledByDefault: true, plugins: {} },
  { id: "buoy", origin: "bundled", enabledByDefault: false, plugins: { allow: ["buoy"] } },
  { id: "buoy", origin: "workspace", enabledByDefault: false, plugins: { slots: { contextEngine: "buoy" } } },
  {
    id: "buoy",
    origin: "config",
    enabledByDefault: false,
    plugins: { allow: ["x"], slots: { memory: "buoy" } },
  },
  {
    id: "buoy",
    origin: "config",
    enabledByDefault: false,
    plugins: { entries: { buoy: {}, Buoy: { enabled: false } } },
  },
];

// No names of bundled plugins or of providers: releases know aliases for those.
const id = fc.constantFrom("buoy", "Buoy", " buoy", "crane", "BUOY");
const ids = fc.option(fc.array(id, { maxLength: 3 }), { nil: undefined });
const entry = fc.record({ enabled: fc.option(fc.boolean(), { nil: undefined }) });
const INPUT: fc.Arbitrary<Input> = fc.record({
  id: fc.constantFrom("buoy", "crane"),
  origin: fc.constantFrom<PluginOrigin>("config", "installed", "workspace", "bundled"),
  enabledByDefault: fc.boolean(),
  plugins: fc.record(
    {
      enabled: fc.boolean(),
      allow: ids,
      deny: ids,
      entries: fc.dictionary(fc.constantFrom("buoy", "crane", "Buoy"), entry, { maxKeys: 2 }),
      slots: fc.dictionary(
        fc.constantFrom("memory", "contextEngine"),
        fc.constantFrom("buoy", "crane", "none"),
      ),
    },
    { requiredKeys: [] },
  ) as fc.Arbitrary<PluginsConfig>,
});

function differsInCase(own: string, { allow = [], deny = [], entries = {} }: PluginsConfig): boolean {
  return [...allow, ...deny, ...Object.keys(entries)].some(
    (other) => other.trim() !== own && other.trim().toLowerCase() === own,
  );
}
