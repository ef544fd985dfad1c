import fc from "fast-check";
import type { ToolPolicyConfig } from "../../../fixtures/gateway/src/config/config.ts";
import { docsTable } from "../../../fixtures/gateway/src/plugins/testing/docs-tables.ts";
import { isToolAllowed } from "../../../fixtures/gateway/src/tools/policy.ts";
import type { Area } from "../area.ts";
import { Finding } from "../findings.ts";
import type { Release } from "../release.ts";

type Lists = Pick<ToolPolicyConfig, "allow" | "alsoAllow" | "deny">;
type Policy = { allow?: string[]; deny?: string[] } | undefined;

const PLUGIN = "tide-table";
const TOOL = "tide_times";
const identity = { name: TOOL, pluginId: PLUGIN, groups: ["plugins"] };

/** Which tools of plugins a tool policy lets through. */
export const area: Area = {
  title: "Tools of plugins in the tool policy",
  async compare(release) {
    const pick = await release.take<(config: Lists) => Policy>(
      "pickSandboxToolPolicy",
      "sandbox-tool-policy",
    );
    const rows = docsTable("tools", "tide_times", "tide_now")
      .map(([config = ""]) => JSON.parse(config) as ToolPolicyConfig)
      .filter(({ profile }) => profile === undefined);
    return [await optionalTool(release, pick, rows), await plainTool(release, pick, rows)];
  },
};

/** An optional tool is not offered unless something names it. Nothing is denied here. */
async function optionalTool(
  release: Release,
  pick: (config: Lists) => Policy,
  rows: Lists[],
): Promise<Finding> {
  const collect = await release.take<(policies: Policy[]) => string[]>(
    "collectExplicitAllowlist",
    "tool-policy",
  );
  const opens = await opener(release);
  return Finding.rule("what opens an optional tool", {
    fixed: rows.map(({ deny: _, ...config }) => config),
    random: fc.record({ allow: ENTRIES, alsoAllow: ENTRIES }, { requiredKeys: [] }),
    theirs: (config) => opens(collect([pick(config)])),
    ours: (config) => isToolAllowed({ ...identity, optional: true }, [config]),
    wanted:
      release.version === "2026.4.26"
        ? []
        : [
            {
              at: hasPattern,
              why: "seed 003: users name the tool, the plugin or group:plugins; a pattern opens nothing, as in 2026.4.26",
            },
          ],
  });
}

/** `*`, or an empty list beside `alsoAllow`, which stands for it. */
function hasPattern({ allow = [], alsoAllow = [] }: Lists): boolean {
  return (
    [...allow, ...alsoAllow].some((entry) => entry.includes("*")) ||
    (allow.length === 0 && alsoAllow.length > 0)
  );
}

async function opener(release: Release): Promise<(allowlist: string[]) => boolean> {
  if (release.version === "2026.4.26") {
    const normalize = await release.take<(list: string[]) => Set<string>>("normalizeAllowlist", "tools");
    const isAllowed = await release.take<(asked: object) => boolean>("isOptionalToolAllowed", "tools");
    return (list) => isAllowed({ toolName: TOOL, pluginId: PLUGIN, allowlist: normalize(list) });
  }
  const create = await release.take<
    (list: string[]) => { allowsTool(plugin: string, tool: string): boolean }
  >("createPluginToolAllowlist", "tool-grant-allowlist");
  return (list) => create(list).allowsTool(PLUGIN, TOOL);
}

async function plainTool(release: Release, pick: (config: Lists) => Policy, rows: Lists[]): Promise<Finding> {
  const expand = await release.take<(policy: Policy, groups: object) => Policy>(
    "expandPolicyWithPluginGroups",
    "tool-policy",
  );
  const match = await release.take<(name: string, policy: Policy) => boolean>(
    "isToolAllowedByPolicyName",
    "tool-policy-match",
  );
  const groups = { all: [TOOL], byPlugin: new Map([[PLUGIN, [TOOL]]]) };
  return Finding.rule("a tool that is not optional", {
    fixed: rows,
    random: fc.record({ allow: ENTRIES, alsoAllow: ENTRIES, deny: ENTRIES }, { requiredKeys: [] }),
    theirs: (config) => match(TOOL, expand(pick(config), groups)),
    ours: (config) => isToolAllowed(identity, [config]),
  });
}

const ENTRIES = fc.array(
  fc.constantFrom(
    "tide_times",
    "TIDE_TIMES",
    " tide_times ",
    "tide_*",
    "*",
    "tide-table",
    "Tide-Table",
    "group:plugins",
    "read",
    "other_tool",
  ),
  { maxLength: 2 },
);
