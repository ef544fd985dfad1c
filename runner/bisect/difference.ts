import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { compareRuns } from "../parity/compare.ts";
import { type GatewayRun, readRun } from "../parity/gateway-run.ts";
import type { ParityReport } from "../parity/parity-schema.ts";
import { writeComparison, writePage } from "../parity/write.ts";
import type { BisectReport, BisectResult, Difference } from "./bisect-schema.ts";

const FOLDER = "difference";

/**
 * What the last good and the first bad release do differently, from the last run of each that showed it. Writes the whole
 * comparison beside the search.
 * @param folder absolute folder of the search
 * @returns undefined for an answer that names no two releases
 */
export async function differenceBetween(
  { lastGood, firstBad }: Pick<BisectResult, "lastGood" | "firstBad">,
  { report, folder }: { report: BisectReport; folder: string },
): Promise<Difference | undefined> {
  if (lastGood === undefined || firstBad === undefined) return undefined;
  const run = async (version: string): Promise<GatewayRun | undefined> => {
    const release = report.judged.find((judged) => judged.version === version);
    const telling = release?.runs.findLast(({ judgement }) => judgement === release.judgement);
    return (
      telling && { ...(await readRun(join(folder, telling.report))), folder: join("..", telling.report) }
    );
  };
  const [good, bad] = [await run(lastGood), await run(firstBad)];
  if (!good || !bad) return undefined;
  const comparison = compareRuns([good, bad], {
    command: report.command,
    createdAt: new Date(),
    interrupted: false,
  });
  await mkdir(join(folder, FOLDER), { recursive: true, mode: 0o700 });
  await writeComparison(comparison, join(folder, FOLDER));
  await writePage(comparison, [good, bad], join(folder, FOLDER));
  return { ...firstOf(comparison), folder: FOLDER };
}

function firstOf({ scenarios, methods }: ParityReport): Omit<Difference, "folder"> {
  const differing = scenarios.find(({ same, firstDifference }) => !same || firstDifference);
  const step = differing?.firstDifference;
  const why = differing?.results[1]?.reason;
  return {
    ...(step ? { step: { ...step, statuses: [step.statuses[0] ?? "", step.statuses[1] ?? ""] } } : {}),
    ...(why === undefined ? {} : { why }),
    answers: methods.flatMap(({ method, differences: [first, ...more] }) =>
      first
        ? [
            {
              method,
              path: first.path,
              kinds: [first.kinds[0] ?? "", first.kinds[1] ?? ""],
              more: more.length,
            },
          ]
        : [],
    ),
  };
}
