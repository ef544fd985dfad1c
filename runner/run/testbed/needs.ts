import { dirname } from "node:path";
import { isDeepStrictEqual } from "node:util";
import type { JsonObject } from "../../base/json.ts";
import type { GatewayStart } from "../../gateway/gateway.ts";
import { type Surroundings, upstreamSurroundings } from "../../gateway/surroundings.ts";
import type { FakeServices } from "../../http/fakes.ts";
import type { ModelScript } from "../../scenario/schema/model-script-schema.ts";
import type { Scenario } from "../../scenario/types.ts";
import type { IndexedPack, PreparedScenario } from "../prepared.ts";
import type { FrontMatterValues } from "./fill-in.ts";
import { type DeclaredPlugins, declaredPlugins, type PluginOptions, strangersOf } from "./plugins.ts";
import { skillSeed } from "./skills.ts";
import { seedFiles, workspaceSeed } from "./workspace.ts";

/** What is needed of a testbed besides a channel, a model and a gateway as they come. */
export interface TestbedNeeds
  extends Partial<
    Pick<
      GatewayStart,
      | "surroundings"
      | "configPatches"
      | "seedWorkspace"
      | "env"
      | "secretEnv"
      | "release"
      | "root"
      | "config"
      | "beforeStart"
    >
  > {
  modelScript?: ModelScript;
  /** What the scenario itself sets in the config; the gateway must read all of it. */
  ownConfig?: JsonObject;
  /** Finds, and installs if need be, the plugins of the scenario. */
  plugins?(options: Pick<PluginOptions, "signal" | "teardown" | "onWait">): Promise<DeclaredPlugins>;
  /** Its plugin is a stranger's: connections beyond this machine are refused and noted. */
  keepInside?: boolean;
  /** Fakes of third-party services, by name. */
  services?: FakeServices;
  /** What texts of config and environment may name, besides the addresses of `services`. */
  given?: FrontMatterValues;
  /** What is to be broken, in the gateway or at its borders. */
  faults?: readonly string[];
  /** A gateway that is killed on purpose is not started again by itself. */
  staysDown?: boolean;
  /** What chance depends on where something is broken. */
  seed?: string;
}

/**
 * What a scenario needs of its testbed.
 * @param faults ways to break the embedded gateway besides the scenario's own
 * @param written folder that the run writes into, if the gateway bears no change in a plugin's folder
 */
export function needsOf(
  prepared: PreparedScenario,
  faults: readonly string[],
  written?: string,
): TestbedNeeds {
  const { scenario, release, environment, allowScripts } = prepared;
  const { row } = scenario;
  const ownConfig = scenario.meta.gatewayConfigPatch as JsonObject | undefined;
  const surroundings = surroundingsOf(scenario);
  const hasProfile = surroundings !== undefined;
  return {
    modelScript: scenario.modelScript,
    surroundings,
    configPatches: ownConfig ? [ownConfig] : [],
    plugins: scenario.meta.plugins
      ? (testbed) => declaredPlugins(scenario, { ...testbed, allowScripts, written, hasProfile })
      : undefined,
    keepInside: strangersOf(scenario).length > 0,
    ownConfig,
    seedWorkspace: inOrder(workspaceSeed(prepared), skillSeed(scenario)),
    services: scenario.meta.http as FakeServices | undefined,
    given: row && { row: row.values },
    faults: [...new Set([...(scenario.meta.faults ?? []), ...faults, ...(prepared.faults ?? [])])],
    seed: [scenario.family, row?.name].join("/"),
    staysDown: prepared.kills,
    env: { ...guardEnv(scenario), ...readableEnv(prepared), ...environment?.env },
    secretEnv: environment?.secrets,
    release,
  };
}

/** Files of other packs that are written in upstream's flow language were written for upstream's runner. */
export function surroundingsOf({ pack, flow, file }: Scenario): Surroundings | undefined {
  return pack.foreign && flow && "node" in flow ? upstreamSurroundings(file.text) : undefined;
}

/** Whether a testbed that was started for one scenario is as good for another, but for how its model answers. */
export function startsAlike(one: PreparedScenario, other: PreparedScenario): boolean {
  return isDeepStrictEqual(startOf(one), startOf(other));
}

/** The embedded gateway's agents stay in their workspaces; `repo` leads out of them, as those of releases may. */
function readableEnv({ pack }: PreparedScenario): Record<string, string> {
  return pack ? { GATEWAY_READABLE: pack.index.pack.referenceRoot } : {};
}

function startOf({ scenario, release, environment, allowScripts, pack, faults: own }: PreparedScenario) {
  const { meta, row, file } = scenario;
  const { plugins, skills, gatewayConfigPatch, http, faults } = meta;
  return {
    ...{ gatewayConfigPatch, http, faults, own, release, environment, allowScripts, row: row?.values },
    surroundings: surroundingsOf(scenario),
    guard: guardEnv(scenario),
    // Their paths are relative to the file.
    ...(plugins || skills ? { plugins, skills, folder: dirname(file.path) } : {}),
    pack: pack && seedOf(pack),
  };
}

/** A pack of hundreds of scenarios is compared for each of them. */
const seeds = new WeakMap<IndexedPack, Record<string, string>>();

function seedOf(pack: IndexedPack): Record<string, string> {
  const known = seeds.get(pack) ?? seedFiles(pack);
  seeds.set(pack, known);
  return known;
}

/** A flow may look its guard up in the gateway's environment; that it runs at all means that it is set. */
function guardEnv(scenario: Scenario): Record<string, string> {
  const guard = scenario.meta.execution?.config?.allowEnv;
  return typeof guard === "string" ? { [guard]: "1" } : {};
}

type Seed = NonNullable<TestbedNeeds["seedWorkspace"]>;

function inOrder(...given: readonly (Seed | undefined)[]): Seed | undefined {
  const seeds = given.filter((each) => each !== undefined);
  if (seeds.length === 0) return undefined;
  return async (workspaceDir) => {
    for (const seed of seeds) await seed(workspaceDir);
  };
}
