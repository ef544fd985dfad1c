import fc from "fast-check";
import type { JsonObject } from "../../../fixtures/gateway/src/base/json.ts";
import type { GatewayConfig } from "../../../fixtures/gateway/src/config/config.ts";
import type { PluginManifest } from "../../../fixtures/gateway/src/plugins/manifest-types.ts";
import { normalizeManifest } from "../../../fixtures/gateway/src/plugins/normalize-manifest.ts";
import { isAvailable } from "../../../fixtures/gateway/src/plugins/tools/availability.ts";
import type { Area } from "../area.ts";
import { Finding } from "../findings.ts";

interface Case {
  /** Of a manifest, as somebody wrote it. */
  metadata: JsonObject;
  config: GatewayConfig;
  env: Record<string, string>;
}

type Available = (params: {
  plugin: PluginManifest;
  toolNames: string[];
  config: unknown;
  env: object;
  hasAuthForProvider(provider: string): boolean;
}) => boolean;

/** Whether a tool is worth loading, from what its manifest says about it. 2026.4.26 has no such metadata yet. */
export const area: Area = {
  title: "Availability of tools",
  async compare(release) {
    if (release.version === "2026.4.26") return [];
    const available = await release.take<Available>(
      "hasManifestToolAvailability",
      "manifest-tool-availability",
    );
    return [
      await Finding.rule("signals of config and auth", {
        fixed: FIXED,
        random: CASE,
        theirs: ({ metadata, config, env }) =>
          available({
            plugin: manifestOf(metadata),
            toolNames: ["tide"],
            config,
            env,
            hasAuthForProvider: (provider) => Boolean(config.models?.providers?.[provider]?.apiKey),
          }),
        ours: ({ metadata, config, env }) => isAvailable("tide", manifestOf(metadata), { config, env }),
      }),
    ];
  },
};

function manifestOf(metadata: JsonObject): PluginManifest {
  const setup = { providers: [{ id: "harbor", envVars: ["HARBOR_KEY"] }] };
  return normalizeManifest({ id: "buoy", setup, toolMetadata: { tide: metadata } }, "buoy");
}

const CONFIGURED = {
  channels: { sea: { mode: "local", on: { mode: "cloud", key: "k" }, list: { a: { key: "x" } } } },
};
const at = (more: object): Case => ({
  metadata: { configSignals: [{ rootPath: "channels.sea", ...more }] },
  config: CONFIGURED as unknown as GatewayConfig,
  env: {},
});
const guarded = (baseUrl?: string): Case => ({
  metadata: {
    authSignals: [
      {
        provider: "harbor",
        providerBaseUrl: {
          provider: "harbor",
          defaultBaseUrl: "https://a.example/",
          allowedBaseUrls: ["https://a.example"],
        },
      },
    ],
  },
  config: (baseUrl ? { models: { providers: { harbor: { baseUrl } } } } : {}) as GatewayConfig,
  env: { HARBOR_KEY: "k" },
});

const FIXED: Case[] = [
  at({ mode: { allowed: ["local"] } }),
  at({ mode: { disallowed: ["local"] } }),
  at({ mode: { path: "kind", default: "cloud", allowed: ["cloud"] } }),
  at({ overlayPath: "on", mode: { allowed: ["cloud"] } }),
  at({ overlayPath: "on", required: ["key"] }),
  at({ overlayMapPath: "list", required: ["key"] }),
  guarded(),
  guarded("https://a.example//"),
  guarded("https://b.example"),
  { metadata: { aliases: ["harbor"] }, config: {}, env: { HARBOR_KEY: " " } },
];

const path = fc.constantFrom("mode", "key", "on.key", "on", "none", "list", " key ");
const paths = fc.array(path, { maxLength: 2 });
const mode = fc.constantFrom("local", "cloud");
const configSignal = fc.record(
  {
    rootPath: fc.constantFrom("channels.sea", "channels.none", "channels"),
    overlayPath: fc.constantFrom("on", "list", "none"),
    overlayMapPath: fc.constantFrom("list", "none"),
    required: paths,
    requiredAny: paths,
    mode: fc.record(
      {
        path,
        default: mode,
        allowed: fc.array(mode, { maxLength: 2 }),
        disallowed: fc.array(mode, { maxLength: 1 }),
      },
      { requiredKeys: [] },
    ),
  },
  { requiredKeys: ["rootPath"] },
);
const address = fc.constantFrom("https://a.example", "https://a.example/", "https://b.example", " ", "");
const provider = fc.constantFrom("harbor", "Harbor", "pier");
const authSignal = fc.record(
  {
    provider,
    providerBaseUrl: fc.record(
      { provider, defaultBaseUrl: address, allowedBaseUrls: fc.array(address, { maxLength: 2 }) },
      { requiredKeys: ["provider", "allowedBaseUrls"] },
    ),
  },
  { requiredKeys: ["provider"] },
);
const scalar = fc.constantFrom("", " ", "local", "cloud", 0, false, null);
const thing = fc.oneof(
  scalar,
  fc.constant([]),
  fc.constant({}),
  fc.constant({ source: "env", provider: "default", id: "SEA" }),
);
const sea = fc.record(
  {
    mode: fc.oneof(mode, scalar),
    key: thing,
    on: fc.record({ key: thing, mode }, { requiredKeys: [] }),
    list: fc.dictionary(fc.constantFrom("a", "b"), fc.record({ key: thing })),
  },
  { requiredKeys: [] },
);
const CASE = fc.record({
  metadata: fc.record(
    {
      configSignals: fc.array(configSignal, { maxLength: 2 }),
      authSignals: fc.array(authSignal, { maxLength: 2 }),
      authProviders: fc.array(provider, { maxLength: 2 }),
      aliases: fc.array(provider, { maxLength: 1 }),
    },
    { requiredKeys: [] },
  ),
  config: fc.record(
    {
      channels: fc.record({ sea }, { requiredKeys: [] }),
      models: fc.record({
        providers: fc.dictionary(
          provider,
          fc.record({ baseUrl: address, apiKey: scalar }, { requiredKeys: [] }),
        ),
      }),
    },
    { requiredKeys: [] },
  ),
  env: fc.dictionary(fc.constantFrom("HARBOR_KEY", "SEA"), fc.constantFrom("k", " ", "")),
}) as unknown as fc.Arbitrary<Case>;
