import { basename } from "node:path";
import { EXIT } from "../base/exit-codes.ts";
import { compareAnswers } from "./answers.ts";
import type { GatewayRun } from "./gateway-run.ts";
import { PARITY_VERSION, type ParityGateway, type ParityReport } from "./parity-schema.ts";
import { compareVerdicts, isCompared, lacksNamed, ranTwice } from "./verdicts.ts";

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
    exitCode: EXIT.passed,
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
  report.exitCode = facts.interrupted ? EXIT.interrupted : exitCodeOf(report, lacksNamed(runs));
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
 * The exit code of a comparison that came to its end.
 *
 * - 4: it cannot be relied on. A gateway could not be run, its run ended through a fault of the harness or the
 *   environment, a scenario that was asked for by its id was skipped or blocked somewhere, or none passed or failed on
 *   two gateways.
 * - 1: a scenario failed, or did not end in the same way everywhere.
 * - 0: every scenario had the same verdict on every gateway that ran it, and none failed.
 */
function exitCodeOf({ gateways, scenarios, counts }: ParityReport, namedIsLacking: boolean): number {
  const results = scenarios.flatMap((scenario) => scenario.results);
  const failed = results.filter(({ verdict }) => verdict === "failed");
  if (gateways.some(({ problem }) => problem !== undefined)) return EXIT.harness;
  if (namedIsLacking || !scenarios.some(ranTwice)) return EXIT.harness;
  if (failed.some(({ fault }) => fault !== "product" && fault !== "scenario")) return EXIT.harness;
  return failed.length > 0 || counts.different > 0 ? EXIT.failed : EXIT.passed;
}
