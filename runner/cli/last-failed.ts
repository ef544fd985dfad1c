import { join, resolve } from "node:path";
import { Command, type OptionValues } from "commander";
import { errorMessage, UsageError } from "../base/errors.ts";
import { plural } from "../base/text.ts";
import type { RunReport } from "../report/schema/report-schema.ts";
import { findLastRun, type LastRun, toRunAgain } from "../results/last-run.ts";
import { commandWords } from "./command-words.ts";
import { requireFolder, shownPath } from "./paths.ts";
import { addRunCommand, type RunOptions } from "./run-options.ts";
import { run } from "./run-scenarios.ts";
import { REPO_ROOT, userFolder } from "./workspace.ts";

/** Options that choose scenarios; ids of failed ones take their place. */
const CHOICES = ["all", "tag", "shard", "lastFailed", "out"];

/**
 * `qa run --last-failed`: runs again what failed in the latest report, with the options of that run that
 * are not given anew. When nothing failed there is nothing to run; the exit code is then that of the run.
 * @param command the command line as it was parsed
 * @throws UsageError without any report: that nothing is known to have failed is no pass
 */
export async function runLastFailed(ids: readonly string[], command: Command): Promise<number> {
  const given = command.opts<RunOptions>();
  if (ids.length > 0 || given.all || given.tag.length > 0) {
    throw new UsageError(
      "--last-failed already chooses the scenarios",
      "Leave out ids, --tag and --all; a folder of reports stands behind --last-failed=.",
    );
  }
  const cwd = userFolder();
  const root =
    typeof given.lastFailed === "string" ? resolve(cwd, given.lastFailed) : join(REPO_ROOT, "reports");
  const { folder, report } = await lastRun(root, cwd);
  const again = toRunAgain(report);
  const of = `${report.runId} (${shownPath(folder, cwd)})`;
  if (again.length === 0) {
    const ending = report.exitCode === 0 ? "" : `, yet it ended with exit code ${report.exitCode}`;
    process.stdout.write(`Nothing failed in the last run, ${of}${ending}.\n`);
    return report.exitCode;
  }
  process.stdout.write(`Running ${plural(again.length, "scenario")} again from the last run, ${of}\n\n`);
  return run(
    again.map(({ id }) => id),
    { ...given, ...inherited({ folder, report }, command) },
  );
}

async function lastRun(root: string, cwd: string): Promise<LastRun> {
  const shown = shownPath(root, cwd);
  await requireFolder(root, shown);
  const { last, others, unread } = await findLastRun(root);
  const [first] = unread;
  if (first) {
    const { folder, problem } = first;
    process.stderr.write(
      `warning: ${plural(unread.length, "report")} left out, for instance ${shownPath(folder, cwd)}: ${problem}\n`,
    );
  }
  for (const { folder } of others)
    process.stderr.write(
      `note: something failed in ${shownPath(folder, cwd)} as well, which is of the same merge; name that folder to run it again\n`,
    );
  if (last) return last;
  throw new UsageError(
    `there is no report below ${shown}`,
    "Run something first, or give --last-failed the folder of a report.",
  );
}

/** The options of an earlier run that are not given anew. */
function inherited({ report }: LastRun, command: Command): OptionValues {
  const earlier = optionsOf(report);
  const isNew = (name: string) => command.getOptionValueSource(name) === "cli";
  return Object.fromEntries(Object.entries(earlier).filter(([name]) => !isNew(name)));
}

/**
 * Every scenario that ended says how to run it again, with all that matters for it; where none did, the
 * command of the run does.
 */
function optionsOf(report: RunReport): OptionValues {
  const line = toRunAgain(report).find(({ attempts }) => attempts.length > 0)?.rerun ?? report.command;
  const parser = addRunCommand(new Command(), () => {})
    .exitOverride()
    .configureOutput({ writeErr: () => {} });
  const hint = "Give the ids and options yourself.";
  try {
    const { unknown } = parser.parseOptions(commandWords(line));
    if (unknown.length > 0) throw new Error(`unknown: ${unknown.join(" ")}`);
  } catch (error) {
    throw new UsageError(
      `the options of the last run cannot be read from ${line}: ${errorMessage(error)}`,
      hint,
    );
  }
  const given = Object.entries(parser.opts()).filter(
    ([name]) => parser.getOptionValueSource(name) === "cli" && !CHOICES.includes(name),
  );
  return { gateway: report.gateway, ...Object.fromEntries(given) };
}
