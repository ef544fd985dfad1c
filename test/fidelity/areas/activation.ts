import fc from "fast-check";
import { planActivation } from "../../../fixtures/gateway/src/plugins/activation/planner.ts";
import {
  type ActivationTrigger,
  valueKeyOf,
} from "../../../fixtures/gateway/src/plugins/activation/trigger.ts";
import type { Capability, PluginManifest } from "../../../fixtures/gateway/src/plugins/manifest-types.ts";
import { judgePlugins } from "../../../fixtures/gateway/src/plugins/policy.ts";
import { docsTable } from "../../../fixtures/gateway/src/plugins/testing/docs-tables.ts";
import { recordOf } from "../../../fixtures/gateway/src/plugins/testing/records.ts";
import type { Area } from "../area.ts";
import { Finding } from "../findings.ts";

type Manifests = Record<string, Partial<PluginManifest>>;
interface Plan {
  pluginIds: string[];
  entries: { pluginId: string; origin: string; reasons: string[] }[];
}
interface Question {
  trigger: ActivationTrigger;
  manifests: Manifests;
  onlyPluginIds?: string[];
}
interface Asked extends Question {
  manifestRecords: object[];
}

/** Which plugins a trigger needs, and why. */
export const area: Area = {
  title: "Activation planner",
  async compare(release) {
    const plan = await release.take<(asked: Omit<Asked, "manifests">) => Plan>(
      "resolveManifestActivationPlan",
      "activation-planner",
    );
    const theirs = ({ manifests, ...question }: Question) => {
      const manifestRecords = Object.entries(manifests).map(([id, manifest]) => ({
        ...manifest,
        id,
        origin: "config",
      }));
      const { pluginIds, entries } = plan({ ...question, manifestRecords });
      return { pluginIds, entries };
    };
    const rows = docsTable("trigger", "manifest", "reasons").map(questionOf);
    return Promise.all(
      Object.entries(TRIGGERS).map(([kind, triggers]) =>
        Finding.rule(`trigger ${kind}`, {
          fixed: rows.filter(({ trigger }) => trigger.kind === kind),
          random: questions(triggers),
          theirs,
          ours,
        }),
      ),
    );
  },
};

function ours({ trigger, manifests, onlyPluginIds }: Question) {
  const plugins = Object.entries(manifests).map(([id, manifest]) => recordOf(id, manifest));
  const request = { trigger, plugins, verdicts: judgePlugins(plugins), onlyPluginIds };
  const { pluginIds, entries } = planActivation(request);
  return { pluginIds, entries };
}

/** `command weather` and a manifest, as the table in the docs has them. */
function questionOf([trigger = "", manifest = ""]: string[]): Question {
  const [kind, value] = trigger.split(" ") as [ActivationTrigger["kind"], string];
  const asked = { kind, [valueKeyOf(kind)]: value } as unknown as ActivationTrigger;
  return { trigger: asked, manifests: { buoy: JSON.parse(manifest) } };
}

const name = fc.constantFrom("tide", "wind", " Tide", "WIND ", "fog");
const names = fc.option(fc.array(name, { maxLength: 3 }), { nil: undefined });
const capability = fc.constantFrom<Capability>("provider", "channel", "tool", "hook");
const manifest = fc.record(
  {
    providers: names,
    channels: names,
    hooks: names,
    cliBackends: names,
    contracts: fc.record({ tools: names }),
    commandAliases: fc.array(fc.record({ name, cliCommand: name }, { requiredKeys: ["name"] }), {
      maxLength: 2,
    }),
    activation: fc.record(
      {
        onCommands: names,
        onProviders: names,
        onAgentHarnesses: names,
        onChannels: names,
        onRoutes: names,
        onCapabilities: fc.array(capability, { maxLength: 2 }),
        onStartup: fc.boolean(),
      },
      { requiredKeys: [] },
    ),
    setup: fc.record(
      { providers: fc.array(fc.record({ id: name }), { maxLength: 2 }), cliBackends: names },
      { requiredKeys: [] },
    ),
  },
  { requiredKeys: [] },
) as fc.Arbitrary<Partial<PluginManifest>>;
const TRIGGERS: Record<ActivationTrigger["kind"], fc.Arbitrary<ActivationTrigger>> = {
  command: name.map((command) => ({ kind: "command", command })),
  provider: name.map((provider) => ({ kind: "provider", provider })),
  agentHarness: name.map((runtime) => ({ kind: "agentHarness", runtime })),
  channel: name.map((channel) => ({ kind: "channel", channel })),
  route: name.map((route) => ({ kind: "route", route })),
  capability: capability.map((wanted) => ({ kind: "capability", capability: wanted })),
};
const id = fc.constantFrom("anchor", "buoy", "crane");

function questions(trigger: fc.Arbitrary<ActivationTrigger>): fc.Arbitrary<Question> {
  const only = fc.array(id, { maxLength: 2 });
  return fc.record(
    { trigger, manifests: fc.dictionary(id, manifest), onlyPluginIds: only },
    { requiredKeys: ["trigger", "manifests"] },
  );
}
