import fc from "fast-check";
import { chooseModel } from "../../../fixtures/gateway/src/agent/session-model.ts";
import { resolveAgent } from "../../../fixtures/gateway/src/config/agents.ts";
import type { GatewayConfig } from "../../../fixtures/gateway/src/config/config.ts";
import { patchSettings, type SessionSettings } from "../../../fixtures/gateway/src/sessions/settings.ts";
import type { Area } from "../area.ts";
import { Finding } from "../findings.ts";

interface Patched {
  key: string;
  settings: SessionSettings;
  patch: Record<string, unknown>;
}

type Apply = (
  params: object,
) => Promise<{ ok: boolean; entry?: Record<string, unknown>; error?: { message: string } }>;

const MODELS = [{ id: "mock-1" }, { id: "mock-2" }];
const CONFIG: GatewayConfig = {
  agents: { defaults: { model: "mock/mock-1" } },
  models: { providers: { mock: { baseUrl: "http://127.0.0.1:1/v1", models: MODELS } } },
};
const CATALOG = MODELS.map(({ id }) => ({ provider: "mock", id, name: id }));

const word = fc.oneof(
  fc.constantFrom(
    "on",
    "off",
    "OFF",
    " high ",
    "think-hard",
    "max",
    "x-high",
    "auto",
    "full",
    "raw",
    "stream",
  ),
  fc.constantFrom(
    "tokens",
    "ask",
    "deny",
    "allow",
    "always",
    "on-miss",
    "mock/mock-2",
    "mock-1",
    "node",
    "tides",
  ),
  fc.constant(null),
);
const patch = fc.record(
  {
    ...Object.fromEntries(
      [
        ...[
          "thinkingLevel",
          "verboseLevel",
          "traceLevel",
          "reasoningLevel",
          "elevatedLevel",
          "execHost",
          "execNode",
        ],
        ...[
          "execSecurity",
          "execAsk",
          "sendPolicy",
          "groupActivation",
          "responseUsage",
          "spawnedBy",
          "label",
        ],
      ].map((name) => [name, word]),
    ),
    fastMode: fc.constantFrom(true, false, null),
    spawnDepth: fc.constantFrom(0, 1, null),
    subagentRole: fc.constantFrom("leaf", "orchestrator", null),
    model: fc.constantFrom(
      "mock/mock-2",
      "mock/mock-1",
      "mock-2",
      "mock/nothing",
      "nothing",
      "nobody/x",
      "a/b/c",
      "/",
      "a/",
      null,
    ),
  },
  { requiredKeys: [] },
);
const input: fc.Arbitrary<Patched> = fc.record({
  key: fc.constantFrom("agent:main:main", "agent:main:subagent:one"),
  settings: fc.constantFrom<SessionSettings>(
    {},
    { thinkingLevel: "low", modelOverride: "mock-2", providerOverride: "mock", modelOverrideSource: "user" },
    { spawnedBy: "agent:main:main", spawnDepth: 1, responseUsage: "full" },
  ),
  patch,
});
const main = (patch: Record<string, unknown>): Patched => ({ key: "agent:main:main", settings: {}, patch });

/** What `sessions.patch` makes of a session. */
export const area: Area = {
  title: "Patches of sessions",
  slow: true,
  async compare(release) {
    if (release.version !== "2026.4.26") {
      return [
        Finding.missing("the patches that only this release has", "archived, pinned, categories and others"),
      ];
    }
    const apply = await release.take<Apply>("applySessionsPatchToStore", "sessions-patch");
    return [
      await Finding.rule("settings after a patch, or its refusal", {
        fixed: [
          main({ model: "mock/mock-2", thinkingLevel: "high", label: " Tides " }),
          main({ model: null, thinkingLevel: null }),
          main({ thinkingLevel: "deep" }),
          main({ model: "mock/nothing" }),
          main({ model: "nobody/nothing" }),
          main({ spawnedBy: "agent:main:main" }),
        ],
        random: input,
        theirs: async ({ key, settings, patch }) => {
          const store = { [key]: { sessionId: "one", updatedAt: 1, ...settings } };
          const params = {
            cfg: CONFIG,
            store,
            storeKey: key,
            patch,
            loadGatewayModelCatalog: async () => CATALOG,
          };
          const { ok, entry = {}, error } = await apply(params);
          const { sessionId: _s, updatedAt: _u, liveModelSwitchPending: _l, ...rest } = entry;
          return ok ? sorted(rest) : error?.message;
        },
        ours: ({ key, settings, patch }) => {
          const agent = resolveAgent({ stateDir: "/", config: () => CONFIG });
          try {
            const model = (name: string | null) => chooseModel(CONFIG, agent, name);
            return sorted(patchSettings({ key, settings, patch }, { model, isTaken: () => false }));
          } catch (error) {
            return error instanceof Error ? error.message : error;
          }
        },
      }),
    ];
  },
};

function sorted(entry: object): object {
  return Object.fromEntries(Object.entries(entry).sort());
}
