import fc from "fast-check";
import type { PluginsConfig } from "../../../fixtures/gateway/src/config/config.ts";
import type { PluginManifest } from "../../../fixtures/gateway/src/plugins/manifest-types.ts";
import { withActivatedPlugins } from "../../../fixtures/gateway/src/plugins/policy.ts";
import { ownersOfModel } from "../../../fixtures/gateway/src/plugins/provider-owners.ts";
import { recordOf } from "../../../fixtures/gateway/src/plugins/testing/records.ts";
import type { Area } from "../area.ts";
import { Finding } from "../findings.ts";
import type { Release } from "../release.ts";

/** Which plugins a model needs, and what a request that names them turns on. */
export const area: Area = {
  title: "Owners of providers and models",
  async compare(release) {
    return [await owners(release), await grants(release)];
  },
};

interface Model {
  model: string;
  plugins: { id: string; bundled: boolean; manifest: Partial<PluginManifest> }[];
}

type Owners = (params: { model: string; manifestRegistry: { plugins: object[] } }) => string[] | undefined;

async function owners(release: Release): Promise<Finding> {
  const resolve = await release.take<Owners>("resolveOwningPluginIdsForModelRef", "providers");
  return Finding.rule("owners of a model", {
    fixed: ["tide-large", "tide-xl@work", "tide@20260426@work", "harbor/any", "harbor-cli/any", "", "@x"].map(
      (model) => ({
        model,
        plugins: PLUGINS,
      }),
    ),
    random: fc.record({
      model: MODEL,
      plugins: fc.uniqueArray(PLUGIN, { selector: ({ id }) => id, maxLength: 3 }),
    }),
    theirs: ({ model, plugins }) => {
      const records = plugins.map(({ id, bundled, manifest }) => ({
        ...{ providers: [], cliBackends: [], ...manifest },
        id,
        origin: bundled ? "bundled" : "global",
      }));
      return (resolve({ model, manifestRegistry: { plugins: records } }) ?? []).toSorted();
    },
    ours: ({ model, plugins }) => {
      const records = plugins.map(({ id, bundled, manifest }) =>
        recordOf(id, manifest, { origin: bundled ? "bundled" : "installed" }),
      );
      return ownersOfModel(model, records)
        .map(({ plugin }) => plugin.id)
        .toSorted();
    },
  });
}

const PLUGINS: Model["plugins"] = [
  {
    id: "prefix",
    bundled: false,
    manifest: { modelSupport: { modelPrefixes: ["tide"] }, cliBackends: ["harbor-cli"] },
  },
  {
    id: "pattern",
    bundled: true,
    manifest: { modelSupport: { modelPatterns: ["^tide-x", "("] }, providers: ["Harbor"] },
  },
];

const MODEL = fc.constantFrom(
  ...["tide", "tide-xl", "wind@work", " tide@20260426 ", "tide@q4@work", "tide@20260426@8bit@me", "tide@"],
  ...["harbor/x", " Harbor/x/y ", "harbor/", "/x", "fog/x"],
);
const name = fc.constantFrom("harbor", "HARBOR ", "fog");
const PLUGIN = fc.record({
  id: fc.constantFrom("anchor", "buoy", "crane"),
  bundled: fc.boolean(),
  manifest: fc.record(
    {
      providers: fc.array(name, { maxLength: 1 }),
      modelSupport: fc.record(
        {
          modelPrefixes: fc.array(fc.constantFrom("tide", "wind", "tide@2"), { maxLength: 2 }),
          modelPatterns: fc.array(fc.constantFrom("^tide", "xl$", "["), { maxLength: 2 }),
        },
        { requiredKeys: [] },
      ),
    },
    { requiredKeys: [] },
  ),
});

interface Grant {
  plugins: PluginsConfig;
  ids: string[];
}

type Activate = (params: { config: { plugins: PluginsConfig }; pluginIds: string[] }) => {
  plugins: PluginsConfig;
};

async function grants(release: Release): Promise<Finding> {
  const activate = await release.take<Activate>("withActivatedPluginIds", "activation-context");
  const why = "seed 004: what a request names joins the allow-list; 2026.9.6 keeps a list that leaves it out";
  return Finding.rule("what a request turns on", {
    fixed: [
      { plugins: {}, ids: ["buoy"] },
      { plugins: { allow: ["crane"] }, ids: ["buoy"] },
      { plugins: { entries: { buoy: { enabled: false } } }, ids: ["buoy", "crane"] },
    ],
    random: GRANT,
    theirs: ({ plugins, ids }) => activate({ config: { plugins }, pluginIds: ids }).plugins,
    ours: ({ plugins, ids }) => withActivatedPlugins(plugins, ids),
    wanted:
      release.version === "2026.4.26"
        ? []
        : [
            {
              at: ({ plugins: { allow = [] }, ids }) =>
                allow.length > 0 && ids.some((id) => !allow.includes(id.trim())),
              why,
            },
          ],
  });
}

const id = fc.constantFrom("buoy", "crane", " buoy ", " ");
const GRANT: fc.Arbitrary<Grant> = fc.record({
  plugins: fc.record(
    {
      enabled: fc.boolean(),
      allow: fc.uniqueArray(fc.constantFrom("buoy", "crane", "dock"), { maxLength: 2 }),
      deny: fc.array(id, { maxLength: 1 }),
      entries: fc.dictionary(
        fc.constantFrom("buoy", "crane"),
        fc.record({ enabled: fc.boolean() }, { requiredKeys: [] }),
      ),
    },
    { requiredKeys: [] },
  ) as fc.Arbitrary<PluginsConfig>,
  ids: fc.array(id, { minLength: 1, maxLength: 2 }),
});
