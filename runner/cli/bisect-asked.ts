import { createHash } from "node:crypto";
import { lt } from "semver";
import packageJson from "../../package.json" with { type: "json" };
import { UsageError } from "../base/errors.ts";
import { userFolder } from "../base/invocation.ts";
import type { ReleaseTarget } from "../base/target.ts";
import { capabilitiesOf } from "../plan/capabilities.ts";
import { canChoose } from "../plan/eligibility.ts";
import { chooseModel } from "../plan/model.ts";
import { requireSelected } from "../plan/prepare.ts";
import { idsAmong } from "../plan/selection.ts";
import { loadCatalog } from "../scenario/catalog/catalog.ts";
import type { Scenario } from "../scenario/types.ts";
import type { OptionsOf } from "./options.ts";
import { packsIn, repositoryRoot } from "./workspace.ts";

/** The parsed options of `qa bisect`. */
export type BisectOptions = OptionsOf<"bisect">;

/** The scenario, or its rows. @throws UsageError, InvalidScenarios */
export async function chosenScenarios(id: string, options: BisectOptions): Promise<Scenario[]> {
  const catalog = await loadCatalog({
    repoRoot: repositoryRoot(),
    packs: packsIn(options),
    builtinIds: idsAmong([id]),
    ...(options.trust ? { trust: true } : {}),
    modelScripts: options.modelScript,
    cwd: userFolder(),
  });
  return requireSelected(catalog, { patterns: [id], tags: [], all: false }).map(({ scenario }) => scenario);
}

/** @throws UsageError unless the good end is the older one */
export function requireOrder(good: string, bad: string): void {
  if (lt(good, bad)) return;
  throw new UsageError(
    good === bad ? `--good and --bad are both ${good}` : `--good ${good} is not older than --bad ${bad}`,
    "The release in which a scenario began to fail lies after one on which it passes.",
  );
}

/** @throws UsageError for a release that none of the scenarios is for */
export function requireFor(scenarios: readonly Scenario[], version: string): void {
  if (isFor(scenarios, version)) return;
  throw new UsageError(
    `${scenarios.map(({ id }) => id).join(", ")} is not for openclaw@${version}`,
    "`qa list` shows what each scenario needs.",
  );
}

/** Whether one of the scenarios is for a release; known before anything is installed. */
export function isFor(scenarios: readonly Scenario[], version: string): boolean {
  const target = targetOf(version);
  const model = chooseModel(undefined, target, process.env);
  const capabilities = capabilitiesOf(target, model, { env: process.env });
  return scenarios.some((scenario) => canChoose(scenario, capabilities));
}

/** As `--gateway` takes it. */
export function targetOf(version: string): ReleaseTarget {
  return { kind: "openclaw", spec: version };
}

/** What makes verdicts of an earlier search worthless when it differs, as a digest. */
export function keyOf(
  scenarios: readonly Scenario[],
  { good, bad, confirm, pack, trust, modelScript }: BisectOptions,
): string {
  const texts = scenarios.map(({ file }) => file.text);
  const asked = [packageJson.version, texts, good, bad, confirm, pack, trust === true, modelScript];
  return createHash("sha256").update(JSON.stringify(asked)).digest("hex");
}
