import type { JsonObject } from "../../../fixtures/gateway/src/base/json.ts";
import { CONFIG_SCHEMA } from "../../../fixtures/gateway/src/config/schema.ts";
import { planReload } from "../../../fixtures/gateway/src/reload/planner.ts";
import { HOT_ACTIONS } from "../../../fixtures/gateway/src/reload/rules.ts";
import type { Area } from "../area.ts";
import { Finding } from "../findings.ts";
import { RELEASES } from "../release.ts";
import { readRows } from "../rows.ts";

interface Plan {
  restartGateway: boolean;
  hotReasons: string[];
  [action: string]: unknown;
}

/** What a change of each key of the config does: nothing, something in the running gateway, or a restart. */
export const area: Area = {
  title: "Reload planning",
  async compare(release) {
    const plan = await release.take<(paths: string[]) => Plan>(
      "buildGatewayReloadPlan",
      ...["presence-events", "config-reload-plan"],
    );
    const known = HOT_ACTIONS.filter((action) => action in plan([]));
    const theirs = (keys: string[]) => outcome(plan([keys.join(".")]), known);
    const ours = (keys: string[]) => outcome({ ...planReload([keys], "hybrid") }, known);
    const [has, inSeeds] = [await keysOf(release.version), await keysOf(EARLY)];
    return Promise.all(
      pathsOf(CONFIG_SCHEMA as JsonObject)
        .filter(has)
        .map((path) => {
          const name = path.join(".");
          const wishes = theirs(path) === ours(path) ? [] : wanted(name, release.version, !inSeeds(path));
          const at = () => true;
          return Finding.rule(name, {
            fixed: [path],
            theirs,
            ours,
            wanted: wishes.map(({ why }) => ({ at, why })),
          });
        }),
    );
  },
};

type Has = (path: readonly string[]) => boolean;

/** Notes of other programs: the area that compares keys leaves them out. */
const NOTES = ["$schema", "meta", "wizard"];

/** Whether a release has a key, as the area says that compares them. */
async function keysOf(version: string): Promise<Has> {
  const rows = (await readRows("config")).filter(({ release }) => release === version);
  const known = new Set(rows.flatMap(({ name }) => prefixesOf(name.split("."))));
  return ([...path]) => {
    if (NOTES.includes(path[0] ?? "")) return true;
    // Of a map any key.
    while (path.at(-1) === "x") path.pop();
    return known.has(path.map((key) => (key === "x" ? "*" : key)).join("."));
  };
}

function prefixesOf(path: readonly string[]): string[] {
  return path.map((_, index) => path.slice(0, index + 1).join("."));
}

const [EARLY, LATE] = RELEASES;

const WANTED: readonly { prefix: string; releases: readonly string[]; isNew?: true; why: string }[] = [
  {
    prefix: "plugins",
    releases: [EARLY],
    why: "seed 000: the gateway reloads plugins in its process, as 2026.9.6 does",
  },
  ...["plugins.load", "plugins.installs"].map((prefix) => ({
    prefix,
    releases: [LATE],
    why: "seed 000: new plugin source restarts the gateway, as in 2026.4.26",
  })),
  {
    prefix: "channels",
    releases: [EARLY, LATE],
    why: "seed 002: a channel restarts in the running gateway; the release does so too where it knows the channel",
  },
  ...["agents.defaults", "tools"].map((prefix) => ({
    prefix,
    releases: [LATE],
    isNew: true as const,
    why: "read when it is needed, as the keys beside it: there is nothing to do",
  })),
];

/** @param isNew whether the release of the seeds lacks the key */
function wanted(name: string, version: string, isNew: boolean) {
  return WANTED.filter(
    (wish) =>
      wish.releases.includes(version) &&
      (name === wish.prefix || name.startsWith(`${wish.prefix}.`)) &&
      (isNew || wish.isNew === undefined),
  );
}

function outcome(plan: Plan, known: readonly string[]) {
  const kind = plan.restartGateway ? "restart" : plan.hotReasons.length > 0 ? "hot" : "none";
  return [kind, ...known.filter((action) => plan[action] === true)].join(" ");
}

/** The keys of the config, down to what has none of its own; `x` stands for any key. */
function pathsOf(schema: JsonObject, path: string[] = []): string[][] {
  const { properties = {}, additionalProperties } = schema as {
    properties?: Record<string, JsonObject>;
    additionalProperties?: JsonObject | boolean;
  };
  const below = Object.entries(properties).flatMap(([key, value]) => pathsOf(value, [...path, key]));
  if (typeof additionalProperties === "object" && Object.keys(properties).length === 0) {
    below.push(...pathsOf(additionalProperties, [...path, "x"]));
  }
  return below.length > 0 ? below : [path];
}
