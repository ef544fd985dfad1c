import picomatch from "picomatch";
import { BORDER_FAULTS } from "../base/border-faults.ts";
import { UsageError } from "../base/errors.ts";
import { userFolder } from "../base/invocation.ts";
import { suggest } from "../base/suggest.ts";
import type { GatewayKind } from "../gateway/gateway.ts";
import { capabilitiesOf } from "../plan/capabilities.ts";
import { releaseVersion } from "../plan/gateways.ts";
import { chooseModel } from "../plan/model.ts";
import { prepareRun } from "../plan/prepare.ts";
import { loadCatalog } from "../scenario/catalog/catalog.ts";
import type { Scenario } from "../scenario/types.ts";
import type { OptionsOf, RunOptions } from "./options.ts";
import { orderOf } from "./order.ts";
import { printNote } from "./redacted.ts";
import type { Session } from "./session.ts";
import { repositoryRoot } from "./workspace.ts";

/** The parsed options of `qa prove`. */
export type ProveOptions = OptionsOf<"prove">;

/** The scenarios that run here. @throws UsageError, InvalidScenarios */
export async function chosenToProve(
  ids: readonly string[],
  options: ProveOptions,
  gateway: GatewayKind,
  { signal }: Session,
): Promise<Scenario[]> {
  const order = orderOf(ids, runOptions(options));
  const { catalog, selection } = await order.choose(
    await loadCatalog({
      repoRoot: repositoryRoot(),
      packs: order.packs,
      packsOnly: order.packsOnly,
      trust: options.trust,
      modelScripts: options.modelScript,
      cwd: userFolder(),
      ids: order.ids,
      builtinIds: order.builtinIds,
    }),
  );
  const version = await releaseVersion(gateway, catalog.scenarios, signal);
  const { target } = gateway;
  const model = chooseModel(undefined, target, process.env);
  const { scenarios } = prepareRun(
    catalog,
    selection,
    capabilitiesOf(target, model, { env: process.env, version }),
  );
  const runnable = scenarios.filter(({ skip, blocked, flow }) => !skip && !blocked && flow);
  const others = scenarios.filter((each) => !runnable.includes(each));
  for (const { scenario, skip, blocked } of others)
    printNote(
      `note: ${scenario.id} is left out: ${(skip ?? blocked)?.reason ?? "another program carries it out"}\n`,
    );
  if (runnable.length > 0) return runnable.map(({ scenario }) => scenario);
  throw new UsageError("none of the chosen scenarios can run here", "`qa list` shows what each needs.");
}

/** Which faults are tried. */
export interface AskedFaults {
  /** Whether this one is asked for, be it a name or one with a count: `model.cut@2`. */
  asks(fault: string): boolean;
  /** Those with a count that are asked for. @param reached names of faults whose place is passed */
  counted(reached: readonly string[]): string[];
}

/** The name of a fault at a border, or a glob, and when it happens. */
const COUNTED = /^(?<name>[^@]+)(?<count>@[1-9]\d{0,3}\+?)$/;

/** The faults that are asked for. @throws UsageError for a name or glob that fits no fault */
export async function askedFaults(
  patterns: readonly string[],
  gateway: GatewayKind,
  { signal }: Session,
): Promise<AskedFaults> {
  const planted = (await gateway.faults?.(signal)) ?? [];
  const borders = Object.keys(BORDER_FAULTS);
  // What a border does to a gateway is no defect of it, and a scenario need not notice; a release has nothing else.
  const byDefault = planted.length > 0 ? planted : borders;
  if (patterns.length === 0) return { asks: (fault) => byDefault.includes(fault), counted: () => [] };
  const all = [...planted, ...borders];
  const asked = patterns.map((pattern) => {
    const { name = pattern, count = "" } = COUNTED.exec(pattern)?.groups ?? {};
    const fits = picomatch(name);
    // What a gateway is started with happens always.
    if ((count === "" ? all : borders).some((each) => fits(each))) return { fits, count };
    const near = suggest(name, all);
    throw new UsageError(
      count !== "" && planted.some((each) => fits(each))
        ? `${pattern}: only a fault at a border has a count`
        : `there is no fault ${pattern}`,
      near ? `Did you mean ${near}?` : `Known: ${all.join(", ")}.`,
    );
  });
  return {
    asks(fault) {
      const { name = fault, count = "" } = COUNTED.exec(fault)?.groups ?? {};
      return asked.some((each) => each.count === count && each.fits(name));
    },
    counted: (reached) =>
      asked
        .filter(({ count }) => count !== "")
        .flatMap(({ fits, count }) =>
          borders.filter((name) => fits(name) && reached.includes(name)).map((name) => name + count),
        ),
  };
}

/** The command's options that apply to every run. */
export function runOptions(options: ProveOptions): RunOptions {
  const { pack, builtin, trust, modelScript, jobs, all, tag, gateway } = options;
  return {
    ...{ pack, builtin, trust, modelScript, jobs, all, tag, gateway },
    row: [],
    fault: [],
    reporter: [],
    quiet: true,
  };
}
