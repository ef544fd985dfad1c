import { globSync, readFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import type { GatewayConfig } from "../../../fixtures/gateway/src/config/config.ts";
import { problemsOf } from "../../../fixtures/gateway/src/plugins/named-things.ts";
import { recordOf } from "../../../fixtures/gateway/src/plugins/testing/records.ts";
import type { Area } from "../area.ts";
import { Finding } from "../findings.ts";
import type { Release } from "../release.ts";

/** A plugin as the release's registry has it. */
interface Manifest {
  id: string;
  channels: string[];
}

type Validate = (
  config: unknown,
  options: object,
) => { ok: boolean; issues?: { path: string; message: string }[] };

const TIDE: Manifest = { id: "tide", channels: ["harbour"] };
const id = fc.oneof(
  fc.constantFrom("tide", "nobody", "telegram", "TELEGRAM", " tide ", "llm-task", "qa", "", "constructor"),
  fc.constantFrom("google-antigravity-auth", "memory-core", "none", "harbour", "toString"),
);
const channel = fc.constantFrom("harbour", "nobody", "defaults", "modelByChannel", "tide");
const heartbeat = fc.record({
  target: fc.constantFrom("last", "NONE", "harbour", "telegram", "Telegram", "tg", "nobody", "", " "),
});
const config = fc.record(
  {
    plugins: fc.record(
      {
        enabled: fc.boolean(),
        allow: fc.array(id, { maxLength: 3 }),
        deny: fc.array(id, { maxLength: 3 }),
        entries: fc.dictionary(id, fc.constant({ enabled: false }), { maxKeys: 2 }),
        slots: fc.record({ memory: id, contextEngine: id }, { requiredKeys: [] }),
      },
      { requiredKeys: [] },
    ),
    channels: fc.dictionary(channel, fc.constant({}), { maxKeys: 3 }),
    agents: fc.record(
      {
        defaults: fc.record({ heartbeat }),
        list: fc.array(fc.record({ id: fc.constant("a"), heartbeat }), { maxLength: 1 }),
      },
      { requiredKeys: [] },
    ),
  },
  { requiredKeys: [] },
) as fc.Arbitrary<GatewayConfig>;

/** Configs whose keys are all right, and that rely on plugins and channels by name: those that are not there. */
export const area: Area = {
  title: "Plugins and channels that a config names",
  slow: true,
  async compare(release) {
    // The newer release asks its plugins in another way.
    if (release.version !== "2026.4.26") return [];
    const validate = await release.take<Validate>("validateConfigObjectRawWithPlugins", "io");
    const plugins = [...bundled(release), TIDE].map((plugin) => ({
      ...plugin,
      origin: "bundled",
      configSchema: { type: "object" },
    }));
    const options = {
      env: { OPENCLAW_STATE_DIR: join(tmpdir(), "no-state-of-a-gateway") },
      pluginMetadataSnapshot: { manifestRegistry: { plugins, diagnostics: [] } },
    };
    const present = { plugins: [recordOf(TIDE.id, { channels: TIDE.channels })], installed: [] };
    return [
      await Finding.rule("a plugin that comes along may be denied", {
        fixed: bundled(release).map((plugin) => plugin.id),
        theirs: (denied) => validate({ plugins: { deny: [denied] } }, options).ok,
        ours: (denied) => problemsOf({ plugins: { deny: [denied] } }, present).length === 0,
      }),
      await Finding.rule("what is not there", {
        fixed: [
          { plugins: { deny: ["nobody-has-it"] } },
          { plugins: { allow: ["nobody-has-it"], entries: { nobody: { enabled: true } } } },
          { plugins: { slots: { memory: "nobody" } } },
          { channels: { nobody: {} } },
          { channels: { nobody: {} }, plugins: { allow: ["nobody"] } },
          { agents: { defaults: { heartbeat: { target: "nobody" } } } },
        ],
        random: config,
        theirs: (input) => said(validate(input, options).issues ?? []),
        ours: (input) => said(problemsOf(input, present)),
      }),
    ];
  },
};

function bundled({ packageRoot }: Release): Manifest[] {
  return globSync("dist/extensions/*/openclaw.plugin.json", { cwd: packageRoot })
    .sort()
    .map((file) => {
      const { id, channels = [] } = JSON.parse(readFileSync(join(packageRoot, file), "utf8"));
      return { id, channels };
    });
}

function said(problems: readonly { path: string; message: string }[]): string[] {
  return problems.map(({ path, message }) => `${path}: ${message}`).sort();
}
