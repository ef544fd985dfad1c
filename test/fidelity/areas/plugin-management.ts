import { join } from "node:path";
import { setTimeout } from "node:timers/promises";
import { Ajv } from "ajv";
import fc from "fast-check";
import type { JsonObject } from "../../../fixtures/gateway/src/base/json.ts";
import { compileCheck } from "../../../fixtures/gateway/src/base/schema-check.ts";
import { toolAllowListWarnings } from "../../../fixtures/gateway/src/plugins/doctor.ts";
import { shapeOf } from "../../../fixtures/gateway/src/plugins/inspection/shape.ts";
import { parseInstallSpec } from "../../../fixtures/gateway/src/plugins/install/spec.ts";
import * as params from "../../../fixtures/gateway/src/plugins/management/params.ts";
import { declaredSurface, reviewTokenOf } from "../../../fixtures/gateway/src/plugins/management/surface.ts";
import { recordOf } from "../../../fixtures/gateway/src/plugins/testing/records.ts";
import type { GatewayUnderTest } from "../../../runner/gateway/gateway.ts";
import { ROOT } from "../../testing/qa.ts";
import type { Area } from "../area.ts";
import { embeddedGateway } from "../embedded.ts";
import { Finding } from "../findings.ts";
import type { Release } from "../release.ts";

/** `plugins.*` over RPC, which came after 2026.4.26, and the rules behind it and behind the command line. */
export const area: Area = {
  title: "Managing plugins",
  slow: true,
  async compare(release) {
    if (release.version === "2026.4.26") return [await shapes(release)];
    return [
      ...(await allParams(release)),
      ...(await allAnswers(release)),
      await surfaces(release),
      await gitSpecs(release),
      await allowListWarnings(release),
    ];
  },
};

const name = fc.constantFrom("alpha", "Beta", "", "x/y", 7);
const optional = <T>(value: fc.Arbitrary<T>) => fc.option(value, { nil: undefined });
const digest = fc.constantFrom("a".repeat(64), "A".repeat(64), "0");
const consent = optional(
  fc.constantFrom({ reviewToken: "t" }, { reviewToken: "" }, {}, { reviewToken: "t", more: 1 }),
);

const SOURCES = ["npm", "local", "npm-pack", "git", "clawhub", "bundled", "official", "marketplace", "other"];
/** Names in each source, and one that none has. */
const INSTALL_KEYS = [
  ...["spec", "path", "archivePath", "packageName", "pluginId", "version", "marketplace", "plugin"],
  ...["expectedPluginId", "expectedIntegrity", "other"],
];

const PARAMS: Readonly<
  Record<string, { schema: JsonObject; fixed: JsonObject[]; random: fc.Arbitrary<JsonObject> }>
> = {
  Inspect: {
    schema: params.INSPECT,
    fixed: [{ pluginId: "a" }, {}, { id: "a" }, { pluginId: "a", runtime: true }],
    random: fc.record({ pluginId: name, more: optional(fc.boolean()) }),
  },
  SetEnabled: {
    schema: params.SET_ENABLED,
    fixed: [
      { pluginId: "a", enabled: true },
      { pluginId: "a", enabled: true, allowlistPolicy: "preserve" },
    ],
    random: fc.record({
      pluginId: name,
      enabled: fc.constantFrom(true, false, "yes", undefined),
      allowlistPolicy: optional(fc.constantFrom("preserve", "replace")),
      acknowledgeCapabilities: consent,
    }),
  },
  Uninstall: {
    schema: params.UNINSTALL,
    fixed: [{ pluginId: "a" }, { pluginId: "a", keepFiles: true }],
    random: fc.record({ pluginId: name, keepFiles: optional(fc.constantFrom(true, false, 1)) }),
  },
  Reload: {
    schema: params.RELOAD,
    fixed: [
      { plugins: [{ pluginId: "a" }] },
      { plugins: [] },
      { plugins: [{ pluginId: "a" }, { pluginId: "a" }] },
    ],
    random: fc.record({
      plugins: fc.array(
        fc.record({
          pluginId: name,
          installHash: optional(digest),
          sourceDigests: optional(fc.dictionary(fc.constantFrom("a", "b"), digest)),
        }),
        { maxLength: 3 },
      ),
      acknowledgeCapabilities: consent,
    }),
  },
  Install: {
    schema: params.INSTALL,
    fixed: [
      { source: "npm" },
      { source: "npm", spec: "a", pin: true },
      { source: "local", path: "/a", link: false },
      { source: "npm-pack", archivePath: "/a.tgz" },
      { source: "git", spec: "a/b" },
      { source: "clawhub", packageName: "a", version: "1" },
      { source: "bundled", pluginId: "a" },
      { source: "official", pluginId: "a", version: "latest" },
      { source: "marketplace", marketplace: "m", plugin: "p" },
      { source: { kind: "npm", spec: "a" } },
      { spec: "a" },
    ],
    random: fc
      .record({
        source: fc.constantFrom(...SOURCES),
        mode: optional(fc.constantFrom("install", "update", "other")),
        acknowledgeInstallPolicyWarning: optional(fc.boolean()),
        acknowledgeCapabilities: consent,
        pin: optional(fc.constantFrom(true, 1)),
        link: optional(fc.boolean()),
      })
      .chain((base) =>
        fc
          .subarray(INSTALL_KEYS, { maxLength: 3 })
          .chain((keys) => fc.record(Object.fromEntries(keys.map((key) => [key, name]))))
          .map((more): JsonObject => ({ ...base, ...more })),
      ),
  },
};

async function allParams(release: Release): Promise<Finding[]> {
  return Promise.all(
    Object.entries(PARAMS).map(async ([method, { schema, fixed, random }]) => {
      const validate = await release.take<(value: unknown) => boolean>(
        `validatePlugins${method}Params`,
        "src",
      );
      const check = await compileCheck({ type: "object", ...schema });
      return Finding.rule(`plugins.${method[0]?.toLowerCase()}${method.slice(1)}: params`, {
        fixed: fixed.map(defined),
        random: random.map(defined),
        theirs: (value) => validate(value),
        ours: async (value) => (await check(value)).length === 0,
      });
    }),
  );
}

/** As it comes over the wire. */
function defined(value: JsonObject): JsonObject {
  return JSON.parse(JSON.stringify(value)) as JsonObject;
}

async function allAnswers(release: Release): Promise<Finding[]> {
  const gateway = await embeddedGateway();
  const path = join(ROOT, "fixtures/plugins/qa-almanac");
  const answers: [method: string, schema: string, params: JsonObject][] = [
    ["plugins.install", "PluginsInstallResultSchema", { source: "local", path }],
    ["plugins.list", "PluginsListResultSchema", {}],
    ["plugins.inspect", "PluginsInspectResultSchema", { pluginId: "qa-almanac" }],
    ["plugins.setEnabled", "PluginsSetEnabledResultSchema", { pluginId: "qa-almanac", enabled: true }],
    ["plugins.reload", "PluginsReloadResultSchema", { plugins: [{ pluginId: "qa-almanac" }] }],
    ["plugins.refresh", "PluginsRefreshResultSchema", {}],
    ["plugins.uninstall", "PluginsUninstallResultSchema", { pluginId: "qa-almanac" }],
  ];
  const findings: Finding[] = [];
  for (const [method, schema, given] of answers) {
    const validate = new Ajv({ strict: false }).compile(await release.take<object>(schema, "sessions"));
    findings.push(
      await Finding.works(`${method}: answer`, async () => {
        const { bootId } = await gateway.call("qa.gateway.status");
        const answer = await gateway.call(method, given);
        if (answer.restartRequired) await restarted(gateway, bootId);
        if (!validate(answer))
          throw new Error(`${validate.errors?.[0]?.instancePath} ${validate.errors?.[0]?.message}`);
      }),
    );
  }
  return findings;
}

async function restarted(gateway: GatewayUnderTest, before: unknown): Promise<void> {
  for (;;) {
    const status = await gateway.call("qa.gateway.status").catch(() => undefined);
    if (status !== undefined && status.bootId !== before) return;
    await setTimeout(100);
  }
}

const ids = fc.uniqueArray(fc.constantFrom("zinc", "amber", "tin"), { maxLength: 3 });
const manifest = fc.record(
  {
    channels: ids,
    providers: ids,
    hooks: ids,
    skills: ids,
    cliBackends: ids,
    contracts: fc.record({ tools: ids, webSearchProviders: ids, unknownFamily: ids }, { requiredKeys: [] }),
    toolMetadata: fc.dictionary(fc.constantFrom("tin", "lead"), fc.constant({})),
    mcpServers: fc.dictionary(fc.constantFrom("one", "two"), fc.constant({})),
    cliCommands: fc.array(fc.record({ name: fc.constantFrom("b", "a") }), { maxLength: 2 }),
    configContracts: fc.record({ dangerousFlags: fc.constant([{ path: "b.c" }, { path: "a" }]) }),
  },
  { requiredKeys: [] },
);

async function surfaces(release: Release): Promise<Finding> {
  type Summary = (parts: object) => { declared: object };
  const summary = await release.take<Summary>("buildPluginCapabilitySummary", "capability-summary");
  const hash = await release.take<(declared: object) => string>(
    "computeDeclaredSurfaceHash",
    "capability-summary",
  );
  return Finding.rule("what a manifest declares, and its review token", {
    fixed: [{}],
    random: manifest,
    theirs(value) {
      const { declared } = summary({ manifest: value, origin: "global" });
      return { declared, token: hash(declared) };
    },
    ours(value) {
      const declared = declaredSurface(value as Parameters<typeof declaredSurface>[0]);
      return { declared, token: reviewTokenOf(declared) };
    },
  });
}

const GIT_SPECS = [
  ...["git:owner/name", "git:owner/name@v1", "git:owner/name#main", "git:github.com/owner/name.git@abc"],
  ...[
    "git:https://host.example/a.git",
    "git:https://host.example/a@v1",
    "git:ssh://git@host.example/a.git#x",
  ],
  ...[
    "git:git@host.example:a/b.git",
    "git:git@host.example:a/b.git@v2",
    "git:file:///r.git",
    "git:file:///r.git@m",
  ],
  ...["git:/abs/r.git", "git:/abs/r", "git:-oProxy=x.git", "git:", "git:name", "git:a b"],
];

async function gitSpecs(release: Release): Promise<Finding> {
  type Parsed = { url: string; ref?: string } | null;
  const parse = await release.take<(spec: string) => Parsed>("parseGitPluginSpec", "git-install");
  return Finding.rule("git: specs", {
    fixed: GIT_SPECS,
    random: fc
      .tuple(
        fc.constantFrom(
          "owner/name",
          "https://h.example/a",
          "git@h.example:a",
          "./r",
          "x.git",
          "name",
          "http://h",
        ),
        fc.constantFrom("", "@v1", "#v1", "@a/b", "@", "#", "@1@2"),
      )
      .map(([base, ref]) => `git:${base}${ref}`),
    theirs(spec) {
      const found = parse(spec);
      return found && { url: found.url, ref: found.ref ?? "" };
    },
    ours(spec) {
      try {
        const found = parseInstallSpec(spec, process.cwd());
        return found.kind === "git" ? { url: found.url, ref: found.ref } : null;
      } catch {
        return null;
      }
    },
  });
}

const PLUGINS = [
  recordOf("tide", { contracts: { tools: ["tide_times", "shared"] } }),
  recordOf("harbor", { contracts: { tools: ["shared"] } }),
];
const entry = fc.constantFrom(
  "read",
  "*",
  "tide",
  "Tide_Times",
  "shared",
  "harbor",
  "group:plugins",
  " tide_times ",
);
const entries = fc.array(entry, { maxLength: 3 });
const policy = fc.record({ allow: entries, alsoAllow: entries, deny: entries }, { requiredKeys: [] });
const allowConfig = fc.record(
  {
    plugins: fc.record(
      {
        enabled: fc.boolean(),
        allow: fc.array(fc.constantFrom("tide", "harbor", "other", " Tide "), { maxLength: 2 }),
      },
      { requiredKeys: [] },
    ),
    tools: policy,
    agents: fc.record({
      list: fc.array(fc.record({ id: fc.constantFrom("a", "b"), tools: policy }), { maxLength: 2 }),
    }),
  },
  { requiredKeys: [] },
);

async function allowListWarnings(release: Release): Promise<Finding> {
  type Collect = (parts: { cfg: object; manifestRegistry: object }) => string[];
  const collect = await release.take<Collect>(
    "collectPluginToolAllowlistWarnings",
    "plugin-tool-allowlist-warnings",
  );
  const registry = {
    plugins: PLUGINS.map(({ id, manifest: { contracts } = { id: "" } }) => ({ id, contracts })),
  };
  return Finding.rule("doctor: tools that plugins.allow leaves out", {
    fixed: [{ plugins: { allow: ["other"] }, tools: { allow: ["tide_times", "*"], alsoAllow: ["harbor"] } }],
    random: allowConfig as fc.Arbitrary<object>,
    theirs: (config) =>
      collect({ cfg: config, manifestRegistry: registry }).map((line) => line.replace(/^- /, "")),
    ours: (config) => toolAllowListWarnings(config as Parameters<typeof toolAllowListWarnings>[0], PLUGINS),
  });
}

const few = fc.uniqueArray(fc.constantFrom("one", "two"), { maxLength: 2 });
const registered = fc.record({
  providers: few,
  channels: few,
  cliBackends: few,
  hooks: fc.uniqueArray(fc.constantFrom("agent_end", "before_agent_start"), { maxLength: 2 }),
  tools: few,
  commands: few,
  cliCommands: few,
  services: few,
  gatewayMethods: few,
  httpRoutes: few,
});

async function shapes(release: Release): Promise<Finding> {
  type Summarise = (parts: { plugin: object; report: object }) => object;
  const summarise = await release.take<Summarise>("buildPluginShapeSummary", "status");
  return Finding.rule("plugins inspect: shape and capabilities", {
    fixed: [],
    random: registered,
    theirs({ providers, channels, cliBackends, hooks, tools, httpRoutes, ...lists }) {
      const of = (items: readonly unknown[]) =>
        items.map((item) => ({ pluginId: "p", names: [item], hookName: item }));
      const others = [
        ...["speechProviderIds", "realtimeTranscriptionProviderIds", "realtimeVoiceProviderIds"],
        ...["mediaUnderstandingProviderIds", "imageGenerationProviderIds", "webSearchProviderIds"],
        ...[
          "videoGenerationProviderIds",
          "musicGenerationProviderIds",
          "webFetchProviderIds",
          "agentHarnessIds",
        ],
        ...[
          "gatewayDiscoveryServiceIds",
          "memoryEmbeddingProviderIds",
          "migrationProviderIds",
          "contextEngineIds",
        ],
      ];
      const plugin = {
        id: "p",
        status: "loaded",
        ...Object.fromEntries(others.map((key) => [key, []])),
        ...lists,
        providerIds: providers,
        channelIds: channels,
        cliBackendIds: cliBackends,
        httpRoutes: httpRoutes.length,
      };
      return summarise({ plugin, report: { typedHooks: of(hooks), hooks: [], tools: of(tools) } });
    },
    ours: shapeOf,
  });
}
