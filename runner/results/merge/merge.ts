import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { EXIT } from "../../base/exit-codes.ts";
import { replaceFile, replaceJsonFile } from "../../base/files.ts";
import { withoutUndefined } from "../../base/json.ts";
import { compareText } from "../../base/text.ts";
import { quarantinedIn } from "../../report/outcomes.ts";
import { renderMarkdown } from "../../report/reporters/markdown/render.ts";
import type { ReportedOptions, RunReport } from "../../report/schema/report-schema.ts";
import { findReportFolders } from "../find.ts";
import { scenarioRows } from "./cells.ts";
import { copyEvidence } from "./evidence.ts";
import { type Group, groupShards, isComplete } from "./groups.ts";
import { joinShards } from "./join.ts";
import { renderMergedMarkdown } from "./markdown.ts";
import type { ExpectedJob } from "./matrix-schema.ts";
import { MERGED_VERSION, type MergedGroup, type MergedReport } from "./merged-schema.ts";
import { type Problem, problem } from "./problem.ts";
import { readShard, type ShardReport } from "./shard.ts";

export interface ShardMerge {
  /** Absolute; each holds shards at any depth. */
  folders: readonly string[];
  /** Absolute; new or empty. */
  out: string;
  /** What the matrix planned; without it, the shards themselves say what they are part of. */
  jobs?: readonly ExpectedJob[];
  /** How a path is shown to the user. */
  show(path: string): string;
  /** As the user could type it again. */
  command: string;
  /** The command of a run with these options. */
  commandOf(options: ReportedOptions): string;
}

interface JoinedGroup extends Group {
  /** Of a complete group. */
  report?: RunReport;
  /** Its folder, relative to the merged report's; empty where that is the same. */
  subfolder?: string;
}

/**
 * Joins shards into one report for each group, writes what can be relied on, and says what is missing.
 * Writes `merged.json` and `merged.md` in any case, and a group's report only when it is complete.
 * @throws when a folder cannot be read or written
 */
export async function mergeShards(options: ShardMerge): Promise<MergedReport> {
  const { shards, problems } = await collectShards(options);
  const groups: JoinedGroup[] = groupShards(shards, options.jobs);
  const names = folderNames(groups);
  for (const [index, group] of groups.entries()) {
    if (!isComplete(group)) continue;
    group.report = joinShards(group, (given) => (given ? options.commandOf(given) : options.command));
    group.subfolder = groups.length === 1 ? "" : (names[index] ?? "");
  }
  const merged = describe(shards, groups, problems, options.jobs ?? []);
  await mkdir(options.out, { recursive: true, mode: 0o700 });
  for (const group of groups) await writeGroup(group, options.out);
  await replaceJsonFile(join(options.out, "merged.json"), merged);
  await replaceFile(join(options.out, "merged.md"), renderMergedMarkdown(merged));
  return merged;
}

async function collectShards({
  folders,
  show,
}: ShardMerge): Promise<{ shards: ShardReport[]; problems: Problem[] }> {
  const found = await Promise.all(folders.map(findReportFolders));
  const empty = folders.filter((_, index) => found[index]?.length === 0);
  // The same folder may be reached twice; that does not make it two shards.
  const unique = [...new Set(found.flat())];
  return {
    shards: await Promise.all(unique.map((folder) => readShard(folder, show(folder)))),
    problems: empty.map((folder) => problem("no-report", `${show(folder)} holds no report of a run`)),
  };
}

function describe(
  shards: readonly ShardReport[],
  groups: readonly JoinedGroup[],
  found: readonly Problem[],
  jobs: readonly ExpectedJob[],
): MergedReport {
  const problems = [
    ...found,
    // Those with a report are in a group, which holds their problems.
    ...shards.filter(({ report }) => !report).flatMap((shard) => shard.problems),
    ...groups.flatMap((group) => group.problems),
    ...(groups.length === 0 ? [problem("nothing-ran", "there is no result of any run")] : []),
  ];
  const ordered = groups.map(describeGroup).sort(byUrgency);
  const deciding = ordered.filter(({ mayFail }) => !mayFail).map(({ exitCode }) => exitCode);
  return {
    version: MERGED_VERSION,
    complete: problems.length === 0,
    exitCode: problems.length > 0 ? EXIT.harness : Math.max(EXIT.passed, ...deciding),
    problems,
    notes: shards.flatMap(({ notes }) => notes),
    skippedJobs: jobs.flatMap(({ name, skip }) => (skip ? [{ name, reason: skip.reason }] : [])),
    groups: ordered,
    scenarios: scenarioRows(groups),
  };
}

function describeGroup(group: JoinedGroup): MergedGroup {
  const { name, lane, gateway, os, mayFail, shards, report, subfolder } = group;
  return withoutUndefined({
    name,
    lane,
    gateway,
    os,
    mayFail,
    complete: report !== undefined,
    exitCode: report?.exitCode ?? EXIT.harness,
    report: report && (subfolder || "."),
    counts: report?.counts,
    quarantined: report && quarantinedIn(report),
    durationMs: report?.durationMs,
    shares: shards.map(({ shown, report: { runId, job, shard }, problems }) =>
      withoutUndefined({ folder: shown, runId, job, shard, sound: problems.length === 0 }),
    ),
  });
}

function byUrgency(a: MergedGroup, b: MergedGroup): number {
  return Number(a.complete) - Number(b.complete) || b.exitCode - a.exitCode || compareText(a.name, b.name);
}

async function writeGroup({ report, subfolder, shards }: JoinedGroup, out: string): Promise<void> {
  if (!report) return;
  const folder = join(out, subfolder ?? "");
  await mkdir(folder, { recursive: true, mode: 0o700 });
  for (const shard of shards) await copyEvidence(shard.report.scenarios, shard.folder, folder);
  await replaceJsonFile(join(folder, "report.json"), report);
  await replaceFile(join(folder, "report.md"), renderMarkdown(report));
}

/** A folder name for each group that says which one it is; all are different. */
function folderNames(groups: readonly Group[]): string[] {
  const taken = new Set<string>();
  return groups.map(({ lane, gateway, os }) => {
    const base = [lane ?? "run", gateway, os]
      .join("-")
      .replaceAll(/[^\w.@-]+/g, "_")
      .replace(/^\./, "_");
    let name = base;
    for (let count = 2; taken.has(name); count += 1) name = `${base}-${count}`;
    taken.add(name);
    return name;
  });
}
