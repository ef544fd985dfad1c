import { resolve } from "node:path";
import type { Command } from "commander";
import { errorMessage, UsageError } from "../base/errors.ts";
import { EXIT } from "../base/exit-codes.ts";
import { userFolder } from "../base/invocation.ts";
import { displayPath } from "../base/paths.ts";
import { parseGatewayTarget } from "../base/target.ts";
import { plural } from "../base/text.ts";
import { findLastRun, type LastRun, toRunAgain } from "../results/last-run.ts";
import { readOptions } from "./command-options.ts";
import type { OptionsOf } from "./options.ts";
import { print, printNote } from "./redacted.ts";
import { run } from "./run-scenarios.ts";
import { reportsFolder, requireFolder } from "./workspace.ts";

/**
 * `qa run --last-failed`: runs again what failed in the latest report, with that run's options unless they are given
 * again. When nothing failed, nothing runs and the exit code is that run's.
 * @param command the command line as it was parsed
 * @throws UsageError if there is no report: not knowing of a failure is not a pass
 */
export async function runLastFailed(ids: readonly string[], command: Command): Promise<number> {
  const given = command.opts<OptionsOf<"run">>();
  if (ids.length > 0 || given.all || given.tag.length > 0 || given.row.length > 0) {
    throw new UsageError(
      "--last-failed already chooses the scenarios",
      "Leave out ids, --tag, --row and --all; a folder of reports is given as --last-failed=<folder>.",
    );
  }
  const cwd = userFolder();
  const root = typeof given.lastFailed === "string" ? resolve(cwd, given.lastFailed) : reportsFolder();
  const { folder, report } = await lastRun(root, cwd);
  const again = toRunAgain(report);
  const of = `${report.runId} (${displayPath(folder, cwd)})`;
  if (again.length === 0) {
    const ending = report.exitCode === EXIT.passed ? "" : `, yet it ended with exit code ${report.exitCode}`;
    print(`Nothing failed in the last run, ${of}${ending}.\n`);
    return report.exitCode;
  }
  const options = {
    ...given,
    ...inherited({ folder, report }, command),
    lastFailed: undefined,
    again: true as const,
  };
  print(`Running ${plural(again.length, "scenario")} again from the last run, ${of}\n\n`);
  return run(
    again.map(({ id }) => id),
    options,
  );
}

async function lastRun(root: string, cwd: string): Promise<LastRun> {
  const shown = displayPath(root, cwd);
  await requireFolder(root, shown);
  const { last, others, unread } = await findLastRun(root);
  const [first] = unread;
  if (first) {
    const { folder, problem } = first;
    printNote(
      `warning: ${plural(unread.length, "report")} left out, for instance ${displayPath(folder, cwd)}: ${problem}\n`,
    );
  }
  for (const { folder } of others)
    printNote(
      `note: something failed in ${displayPath(folder, cwd)} as well, which belongs to the same merge; name that folder to run it again\n`,
    );
  if (last) return last;
  throw new UsageError(
    `there is no report below ${shown}`,
    "Run something first, or give --last-failed the folder of a report.",
  );
}

/**
 * The options of an earlier run that every rerun of its scenarios needs, unless they are given again.
 * @throws UsageError for a report without them, or with values that this version does not accept
 */
function inherited({ folder, report }: LastRun, command: Command): Partial<OptionsOf<"run">> {
  const shown = displayPath(folder, userFolder());
  const hint = `Give the ids and options yourself, as in: ${toRunAgain(report)[0]?.rerun}`;
  if (!report.options) {
    throw new UsageError(`the report in ${shown} is from an earlier version, which stored no options`, hint);
  }
  const { ids: _, ...given } = report.options;
  const isNew = (name: string) => command.getOptionValueSource(name) === "cli";
  try {
    const earlier = {
      ...readOptions("run", given, ["context"]),
      ...(isNew("gateway") ? {} : { gateway: parseGatewayTarget(report.gateway) }),
    };
    return Object.fromEntries(Object.entries(earlier).filter(([name]) => !isNew(name)));
  } catch (error) {
    if (error instanceof UsageError) throw error;
    throw new UsageError(`the options of the run in ${shown} cannot be used: ${errorMessage(error)}`, hint);
  }
}
