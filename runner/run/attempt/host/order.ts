import { existsSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import type { PlainFlow } from "../../../flow/types.ts";
import { modelNames } from "../../../gateway/config.ts";
import type { Scenario } from "../../../scenario/types.ts";
import type { RunSetup } from "../../setup.ts";
import { surroundingsOf } from "../../testbed/needs.ts";
import type { ReadyTestbed, Testbed } from "../../testbed/testbed.ts";
import type { ScenarioLimits } from "../limits.ts";
import type { AttemptOrder } from "../wire/messages.ts";

/** What an attempt is made of. */
export interface OrderSource {
  scenario: Scenario;
  testbed: Testbed;
  /** The same testbed, once it is ready. */
  ready: ReadyTestbed;
  /** Folder of this attempt's evidence; absolute. */
  evidenceFolder: string;
  run: Pick<RunSetup, "providerMode" | "primaryModel">;
}

/** All that the process of an attempt needs to know. @param flow the compiled one, as plain data */
export function orderOf(
  { scenario, testbed, ready, evidenceFolder, run }: OrderSource,
  flow: PlainFlow,
  limits: ScenarioLimits,
): AttemptOrder {
  const { id, title, meta, pack, row } = scenario;
  const models = testbed.model && modelNames(undefined, surroundingsOf(scenario));
  return {
    flow,
    limits,
    scenario: { ...meta, id, title },
    config: { ...meta.execution?.config, ...ready.gateway.updatePlan },
    given: { ...(row && { row: row.values }), ...(ready.addresses && { http: ready.addresses }) },
    referenceRoot: pack.referenceRoot,
    repoRoot: repoRootOf(scenario, ready.gateway),
    foreign: pack.foreign,
    evidenceFolder,
    providerMode: run.providerMode,
    primaryModel: models?.primary ?? run.primaryModel,
    alternateModel: models?.alternate ?? run.primaryModel,
    hasModel: testbed.model !== undefined,
    agentId: ready.gateway.agentId,
    startConfig: ready.startConfig,
    busUrl: ready.busUrl,
  };
}

/** Program of a published release, at the top of its package. */
const RELEASE_PROGRAM = "openclaw.mjs";

/**
 * Upstream's pack lies in the product's repository, and its scenarios look for the built product there. A pack without
 * one gets the package of the release that it runs on.
 */
function repoRootOf(scenario: Scenario, gateway: ReadyTestbed["gateway"]): string {
  const { referenceRoot } = scenario.pack;
  if (!surroundingsOf(scenario) || existsSync(join(referenceRoot, "dist"))) return referenceRoot;
  const program = gateway.cliCommand()?.args?.at(-1) ?? "";
  return basename(program) === RELEASE_PROGRAM ? dirname(program) : referenceRoot;
}
