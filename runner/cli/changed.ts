import { UsageError } from "../base/errors.ts";
import { EXIT } from "../base/exit-codes.ts";
import { userFolder } from "../base/invocation.ts";
import { displayPath } from "../base/paths.ts";
import { plural } from "../base/text.ts";
import { changedFiles } from "../watch/changed.ts";
import type { RunOptions } from "./options.ts";
import { print } from "./redacted.ts";
import { run } from "./run-scenarios.ts";
import { Scope } from "./scope.ts";
import { hasUsersScenarios, repositoryRoot } from "./workspace.ts";

/** Of the reasons for a choice. */
const MOST_SHOWN = 10;

/**
 * `qa run --changed [ref]`: of what is chosen otherwise, or of all scenarios, runs those that a change since then concerns.
 * Where there is none nothing runs, which is what was asked and no failure.
 * @throws UsageError where git cannot tell what has changed
 */
export async function runChanged(ids: readonly string[], options: RunOptions): Promise<number> {
  if (options.lastFailed !== undefined) {
    throw new UsageError("--changed and --last-failed both choose scenarios", "Leave one of them out.");
  }
  const { chosen, affected, files } = await changedOf(ids, options);
  const since = typeof options.changed === "string" ? `since ${options.changed}` : "and is not committed";
  if (affected.size === 0) {
    const changed =
      files === 0 ? `Nothing has changed ${since}` : `${plural(files, "file")} changed ${since}`;
    print(
      `${changed}${files === 0 ? "" : ", and no chosen scenario depends on any of them"}: nothing to run.\n`,
    );
    return EXIT.passed;
  }
  const reasons = [...affected]
    .slice(0, MOST_SHOWN)
    .map(([id, path]) => `  ${id}  ${displayPath(path, userFolder())}`);
  const more = affected.size > MOST_SHOWN ? [`  and ${affected.size - MOST_SHOWN} more`] : [];
  print(
    `${plural(affected.size, "scenario")} for what has changed ${since}:\n${[...reasons, ...more].join("\n")}\n\n`,
  );
  return run(...narrowed([...affected.keys()], options, chosen.named));
}

async function changedOf(ids: readonly string[], options: RunOptions) {
  const isChosen =
    ids.length > 0 || options.tag.length > 0 || options.pack.length > 0 || options.lane !== undefined;
  const all = options.all ?? (isChosen || hasUsersScenarios() ? undefined : true);
  const chosen = await Scope.read(ids, { ...options, all }, true);
  const files = await changedFiles(repositoryRoot(), options.changed === true ? undefined : options.changed);
  return { chosen, affected: chosen.affectedBy(files), files: files.length };
}

/** The command line that runs only some of what another one chooses. @param named by the user */
export function narrowed(
  ids: readonly string[],
  options: RunOptions,
  named: readonly string[],
): [ids: readonly string[], options: RunOptions] {
  return [ids, { ...options, all: undefined, tag: [], changed: undefined, watch: undefined, named }];
}
