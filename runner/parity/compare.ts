import { basename } from "node:path";
import { compareAnswers } from "./answers.ts";
import type { GatewayRun } from "./gateway-run.ts";
import { PARITY_VERSION, type ParityGateway, type ParityReport } from "./parity-schema.ts";
import { compareVerdicts, isCompared } from "./verdicts.ts";

export interface ComparisonFacts {
  /** As it could be typed again. */
  command: string;
  createdAt: Date;
  interrupted: boolean;
}

/** Folds the runs of several gateways into one report on where they differ. */
export function compareRuns(runs: readonly GatewayRun[], facts: ComparisonFacts): ParityReport {
  const scenarios = compareVerdicts(runs);
  const compared = scenarios.filter(isCompared);
  const report: ParityReport = {
    version: PARITY_VERSION,
    command: facts.command,
    createdAt: facts.createdAt.toISOString(),
    exitCode: 0,
    counts: {
      total: scenarios.length,
      compared: compared.length,
      same: compared.filter(({ same }) => same).length,
      different: compared.filter(({ same }) => !same).length,
    },
    gateways: gatewaysOf(runs),
    scenarios,
    methods: compareAnswers(runs),
  };
  report.exitCode = exitCodeOf(report, facts.interrupted);
  return report;
}

function gatewaysOf(runs: readonly GatewayRun[]): ParityGateway[] {
  const targets = runs.map(({ target }) => target);
  return runs.map(({ target, folder, report, problem }) => {
    const twice = targets.indexOf(target) !== targets.lastIndexOf(target);
    const gateway = report?.scenarios.find((scenario) => scenario.gateway)?.gateway;
    const { product, version, buildId, node, protocol } = gateway ?? {};
    return {
      name: twice && folder ? `${target} (${basename(folder)})` : target,
      target,
      report: folder ?? null,
      ...(product === undefined ? {} : { product }),
      ...(version === undefined ? {} : { version }),
      ...(buildId === undefined ? {} : { buildId }),
      ...(node === undefined ? {} : { node }),
      ...(protocol === undefined ? {} : { protocol }),
      ...(report ? { startedAt: report.startedAt } : {}),
      ...(problem === undefined ? {} : { problem }),
    };
  });
}

/**
 * - 130: interrupted.
 * - 4: the comparison cannot be relied on. A gateway could not be run or its run ended by fault of the harness
 *   or the environment, or no scenario came to a verdict on two gateways.
 * - 1: a scenario failed, or did not end in the same way everywhere.
 * - 0: every scenario had the same verdict wherever it ran, and none failed.
 */
function exitCodeOf({ gateways, scenarios, counts }: ParityReport, interrupted: boolean): number {
  const results = scenarios.flatMap((scenario) => scenario.results);
  const failed = results.filter(({ verdict }) => verdict === "failed");
  if (interrupted) return 130;
  if (gateways.some(({ problem }) => problem !== undefined)) return 4;
  if (counts.compared === 0) return 4;
  if (failed.some(({ fault }) => fault !== "product" && fault !== "scenario")) return 4;
  return failed.length > 0 || counts.different > 0 ? 1 : 0;
}
