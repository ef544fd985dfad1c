import { join } from "node:path";
import { errorMessage, UsageError } from "../base/errors.ts";
import { readRegularFile } from "../base/files.ts";
import { exitCodeFor } from "../report/exit-code.ts";
import { readReport } from "../report/read-report.ts";
import type { RunReport } from "../report/schema/report-schema.ts";
import { type AnswerShape, readShapes, SHAPES_FILE } from "../shape/answers.ts";

/** What one gateway did with the scenarios. */
export interface GatewayRun {
  /** As given to --gateway. */
  target: string;
  /** Folder of its report, as it is shown; undefined when there was no run. */
  folder: string | undefined;
  /** The same, absolute: its evidence is read from there. */
  root?: string;
  report: RunReport | undefined;
  /** Per scenario id and method; absent for a scenario that left no shapes. */
  answers: ReadonlyMap<string, ReadonlyMap<string, AnswerShape>>;
  /** Why there is no run, or why it cannot be relied on. */
  problem?: string;
}

/** Stands for a run that did not take place. */
export function noRun(target: string, problem: string | undefined): GatewayRun {
  return { target, folder: undefined, report: undefined, answers: new Map(), problem };
}

/**
 * Reads what a run left in its folder.
 * @throws UsageError when there is no readable report
 */
export async function readRun(folder: string): Promise<GatewayRun> {
  const path = join(folder, "report.json");
  const reading = await readReport(path);
  if ("problem" in reading) {
    throw new UsageError(
      `${path} cannot be read: ${reading.problem}`,
      "Give the folder that `qa run` named as its report.",
    );
  }
  const { report } = reading;
  const found = report.scenarios.flatMap(({ id, evidence }) =>
    evidence.filter(({ path }) => path.endsWith(SHAPES_FILE)).map(({ path }) => ({ id, path })),
  );
  const answers = await Promise.all(
    found.map(async ({ id, path }) => [id, await readShapesFile(join(folder, path))] as const),
  );
  return {
    target: report.gateway,
    folder,
    root: folder,
    report,
    answers: new Map(answers),
    problem: problemOf(report),
  };
}

/** Why a finished run cannot be compared. */
function problemOf(report: RunReport): string | undefined {
  if (report.interrupted) return "its run was interrupted";
  const untidy = report.scenarios.filter(({ cleanupProblems }) => cleanupProblems.length > 0);
  if (untidy.length > 0) return `not everything was torn down: ${untidy.map(({ id }) => id).join(", ")}`;
  const expected = exitCodeFor(report, 0);
  if (report.exitCode === expected) return undefined;
  return `its run ended with exit code ${report.exitCode}, but its scenarios give ${expected}: a reporter failed, or something that no step waited for`;
}

async function readShapesFile(path: string): Promise<Map<string, AnswerShape>> {
  try {
    return readShapes(await readRegularFile(path));
  } catch (error) {
    throw new UsageError(
      `${path} cannot be read: ${errorMessage(error)}`,
      "Run the scenarios again to get a whole report.",
    );
  }
}
