import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { parseManifest } from "../../../fixtures/gateway/src/plugins/manifest.ts";
import type { PluginManifest } from "../../../fixtures/gateway/src/plugins/manifest-types.ts";
import type { Area } from "../area.ts";
import { Finding } from "../findings.ts";

type Load = (folder: string, rejectHardlinks: boolean) => { ok: boolean; manifest?: PluginManifest };

/** What is left of a manifest's text: the parts that both know. */
export const area: Area = {
  title: "Plugin manifests",
  async compare(release) {
    const load = await release.take<Load>("loadPluginManifest", "manifest");
    const early = release.version === "2026.4.26";
    const root = mkdtempSync(join(tmpdir(), "fidelity-manifests-"));
    let folders = 0;
    const theirs = (text: string) => {
      folders += 1;
      const folder = join(root, String(folders));
      mkdirSync(folder);
      writeFileSync(join(folder, "openclaw.plugin.json"), text);
      const { ok, manifest } = load(folder, false);
      return ok && manifest ? shared(manifest, early) : ("refused" as const);
    };
    const ours = async (text: string) => {
      const { manifest } = await parseManifest(text, "openclaw.plugin.json");
      return manifest ? shared(manifest, early) : ("refused" as const);
    };
    const plain = (answer: ReturnType<typeof shared> | "refused") =>
      typeof answer === "string" ? answer : { ...answer, kind: undefined };
    try {
      return [
        await Finding.rule("reading", {
          fixed: FIXED,
          random: MANIFEST,
          theirs: (text) => plain(theirs(text)),
          ours: async (text) => plain(await ours(text)),
        }),
        await Finding.rule("kind", {
          fixed: ["memory", ["memory"], ["memory", "context-engine"], 7, "tide"].map(ofKind),
          theirs: (text) => kindOf(theirs(text)),
          ours: async (text) => kindOf(await ours(text)),
          wanted: early
            ? []
            : [{ at: (text) => text.includes("tide"), why: "any role may be a kind, as in 2026.4.26" }],
        }),
        await Finding.rule("without configSchema", {
          fixed: ['{"id":"buoy"}'],
          theirs,
          ours,
          wanted: [
            { at: () => true, why: "plugins of tests need none; a diagnostic says that releases refuse it" },
          ],
        }),
      ];
    } finally {
      rmSync(root, { recursive: true, force: true });
    }
  },
};

const ofKind = (kind: unknown) => JSON.stringify({ id: "buoy", configSchema: {}, kind });

function kindOf(answer: "refused" | { kind?: unknown }) {
  return answer === "refused" ? answer : answer.kind;
}

/** @param early before there were `onStartup` and `toolMetadata` */
function shared(manifest: PluginManifest, early: boolean) {
  const { id, name, version, description, kind, enabledByDefault, commandAliases, modelSupport } = manifest;
  const { channels, providers, cliBackends, skills, contracts, activation, setup, toolMetadata } = manifest;
  const { onStartup, ...hints } = activation ?? {};
  const lists = { channels, providers, cliBackends, skills, tools: contracts?.tools };
  return {
    ...{ id, name, version, description, kind, enabledByDefault, commandAliases, modelSupport, setup },
    ...Object.fromEntries(Object.entries(lists).filter(([, list]) => list?.length)),
    ...(Object.keys(hints).length > 0 && { hints }),
    ...(!early && { onStartup, toolMetadata }),
  };
}

const FIXED = [
  "{ id: 'buoy', configSchema: {}, /* comment */ }",
  '{"id":" buoy ","configSchema":{},"name":" Buoy ","providers":[" harbor ","",7]}',
  '{"id":"buoy","configSchema":{},"toolMetadata":{"a":7,"b":{"optional":"yes"},"c":{"optional":true}}}',
  '{"id":"buoy","configSchema":{},"toolMetadata":{"__proto__":{"optional":true}," d ":{"optional":true}}}',
  '{"id":"buoy","configSchema":{},"activation":{"onProviders":[]},"kind":["memory"],"commandAliases":["wx"]}',
  '{"configSchema":{}}',
  '{"id":"  ","configSchema":{}}',
  "[]",
  "{",
];

const name = fc.constantFrom("tide", " wind ", "", "fog", "constructor", "__proto__");
const junk = fc.constantFrom(7, null, true, "text", {}, []);
const mostly = <T>(good: fc.Arbitrary<T>) =>
  fc.oneof(
    { weight: 5, arbitrary: good as fc.Arbitrary<unknown> },
    { weight: 1, arbitrary: junk as fc.Arbitrary<unknown> },
  );
const names = mostly(fc.array(mostly(name), { maxLength: 3 }));
const some = (keys: Record<string, fc.Arbitrary<unknown>>) => mostly(fc.record(keys, { requiredKeys: [] }));
const many = (entry: fc.Arbitrary<unknown>) => mostly(fc.array(mostly(entry), { maxLength: 2 }));
const guard = some({ provider: name, defaultBaseUrl: name, allowedBaseUrls: names });
const signal = some({
  rootPath: name,
  overlayPath: name,
  overlayMapPath: name,
  required: names,
  requiredAny: names,
  mode: some({ path: name, default: name, allowed: names, disallowed: names }),
});
const metadata = some({
  optional: mostly(fc.boolean()),
  aliases: names,
  authProviders: names,
  authSignals: many(some({ provider: name, providerBaseUrl: guard })),
  configSignals: many(signal),
});

const MANIFEST = some({
  name,
  version: mostly(name),
  description: mostly(name),
  kind: mostly(fc.oneof(name, fc.array(mostly(name), { maxLength: 2 }))),
  enabledByDefault: mostly(fc.boolean()),
  channels: names,
  providers: names,
  cliBackends: names,
  skills: names,
  contracts: some({ tools: names }),
  modelSupport: some({ modelPrefixes: names, modelPatterns: names }),
  commandAliases: many(
    fc.oneof(name, some({ name, kind: fc.constantFrom("runtime-slash", "x"), cliCommand: name })),
  ),
  activation: some({
    onStartup: mostly(fc.boolean()),
    onCommands: names,
    onProviders: names,
    onAgentHarnesses: names,
    onChannels: names,
    onRoutes: names,
    onConfigPaths: names,
    onCapabilities: mostly(fc.array(fc.constantFrom("tool", " hook", "magic"), { maxLength: 3 })),
  }),
  setup: some({
    providers: many(some({ id: name, envVars: names, authMethods: names })),
    cliBackends: names,
    configMigrations: names,
    requiresRuntime: mostly(fc.boolean()),
  }),
  toolMetadata: mostly(fc.dictionary(name, metadata, { maxKeys: 2, noNullPrototype: true })),
}).map((rest) => JSON.stringify({ ...(rest as object), id: "buoy", configSchema: {} }));
