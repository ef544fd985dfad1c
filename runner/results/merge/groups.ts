import { compareText } from "../../base/text.ts";
import type { RunReport } from "../../report/schema/report-schema.ts";
import { configurationProblems } from "./configuration.ts";
import type { ExpectedJob } from "./matrix-schema.ts";
import { type Problem, problem } from "./problem.ts";
import type { ShardReport } from "./shard.ts";

type ReportedShard = ShardReport & { report: RunReport };

/** The shards of one selection on one gateway and platform. */
export interface Group {
  lane: string | undefined;
  gateway: string;
  /** Of the expected job, else the platform that the shards ran on. */
  os: string;
  /** `smoke on embedded, linux-x64` */
  name: string;
  /** Its lane may fail without making the whole result red. */
  mayFail: boolean;
  /** By number of the shard. */
  shards: ReportedShard[];
  /** Ids that must each have one result, in order. */
  selection: string[];
  /** Why nothing in the group counts as passed; includes the problems of its shards. */
  problems: Problem[];
}

/**
 * Groups the shards that belong together and finds what is missing, doubled or mixed.
 * @param jobs those of the matrix, which the shards must match; undefined when no matrix was given
 */
export function groupShards(
  shards: readonly ShardReport[],
  jobs: readonly ExpectedJob[] | undefined,
): Group[] {
  const byName = new Map(jobs?.map((job) => [job.name, job]));
  const members = new Map<string, { shards: ReportedShard[]; jobs: ExpectedJob[]; strays: Problem[] }>();
  const groupOf = (lane: string | undefined, gateway: string, os: string) => {
    const key = JSON.stringify([lane ?? "", gateway, os]);
    const group = members.get(key) ?? { shards: [], jobs: [], strays: [] };
    members.set(key, group);
    return group;
  };
  for (const job of jobs ?? []) if (!job.skip) groupOf(job.lane, job.gateway, job.os).jobs.push(job);
  for (const shard of shards) {
    if (!isReported(shard)) continue;
    const { lane, gateway, tool, job: name } = shard.report;
    const job = name === undefined ? undefined : byName.get(name);
    const group = groupOf(lane, gateway, job?.os ?? tool.platform);
    group.shards.push(shard);
    if (jobs) group.strays.push(...jobProblems(shard, job));
  }
  return [...members].map(([key, { shards, jobs, strays }]) => {
    const [lane, gateway, os] = JSON.parse(key) as [string, string, string];
    return checked(
      {
        lane: lane === "" ? undefined : lane,
        gateway,
        os,
        name: `${lane === "" ? "" : `${lane} on `}${gateway}, ${os}`,
        mayFail: jobs.some(({ mayFail }) => mayFail === true),
        shards: shards.toSorted((a, b) => indexOf(a) - indexOf(b) || compareText(a.shown, b.shown)),
        selection: [],
        problems: [...strays],
      },
      jobs,
    );
  });
}

/** Whether the group counts: nothing is wrong with it or its shards. */
export function isComplete({ problems }: Group): boolean {
  return problems.length === 0;
}

/** `shard 2 of 3`, or `the run` where there is only one. */
function shardName({ index, total }: { index: number; total: number }): string {
  return total === 1 ? "the run" : `shard ${index} of ${total}`;
}

function checked(group: Group, jobs: readonly ExpectedJob[]): Group {
  const { shards, problems, name } = group;
  for (const shard of shards) problems.push(...shard.problems);
  problems.push(...configurationProblems(name, shards));

  const [first] = shards;
  const total = jobs[0]?.shard.total ?? first?.report.shard?.total ?? 1;
  for (let index = 1; index <= total; index += 1) {
    const copies = shards.filter((shard) => indexOf(shard) === index);
    const job = jobs.find(({ shard }) => shard.index === index);
    const what = `${name}: ${shardName({ index, total })}`;
    if (copies.length > 1) {
      problems.push(problem("duplicate-shard", `${what} is there ${copies.length} times: ${listed(copies)}`));
    } else if (copies.length === 0 && job) {
      problems.push(problem("missing-job", `${what}: the job ${job.name} left no report`));
    } else if (copies.length === 0) {
      problems.push(problem("missing-shard", `${what} left no report`));
    }
  }
  // An unsharded run's own scenarios are the whole; a shard has to say what it is part of.
  const all = new Set(shards.flatMap(({ report }) => report.scenarios.map(({ id }) => id)));
  group.selection = first?.report.selection ?? jobs[0]?.selection ?? [...all];
  if (first && total > 1 && !first.report.selection) {
    problems.push(problem("missing-scenario", `${first.shown}: it does not say what the whole selection is`));
  }
  problems.push(...resultProblems(group));
  return group;
}

/** One result for each scenario of the selection, and no other. */
function resultProblems({ name, shards, selection }: Group): Problem[] {
  const holders = new Map<string, ReportedShard[]>(selection.map((id) => [id, []]));
  const problems: Problem[] = [];
  for (const shard of shards) {
    for (const { id } of shard.report.scenarios) {
      const held = holders.get(id);
      if (held) held.push(shard);
      else problems.push(problem("unselected-scenario", `${shard.shown}: ${id} is not in the selection`));
    }
  }
  for (const [id, held] of holders) {
    // Copies of a shard have been reported as such.
    const shards = new Set(held.map(indexOf));
    const twiceInOne = new Set(held).size < held.length;
    if (shards.size > 1 || twiceInOne) {
      problems.push(
        problem("duplicate-result", `${name}: ${id} has ${held.length} results: ${listed(held)}`),
      );
    }
  }
  const absent = [...holders].filter(([, held]) => held.length === 0).map(([id]) => id);
  if (absent.length > 0) {
    problems.push(problem("missing-scenario", `${name}: no shard has a result for ${absent.join(", ")}`));
  }
  return problems;
}

/** Checks that the shard is what the matrix planned under its name. */
function jobProblems({ shown, report }: ReportedShard, job: ExpectedJob | undefined): Problem[] {
  if (report.job === undefined) {
    return [
      problem("unexpected-job", `${shown}: it names no job, and the matrix knows its shards by their jobs`),
    ];
  }
  if (!job) return [problem("unexpected-job", `${shown}: the matrix has no job ${report.job}`)];
  if (job.skip) {
    return [
      problem("unexpected-job", `${shown}: the job ${job.name} was to be skipped (${job.skip.reason})`),
    ];
  }
  const { lane = "none", gateway, shard = { index: 1, total: 1 }, selection } = report;
  const facts = {
    lane: [job.lane, lane],
    gateway: [job.gateway, gateway],
    shard: [shardName(job.shard), shardName(shard)],
    selection: [job.selection?.join(", "), selection?.join(", ")],
  };
  return Object.entries(facts)
    .filter(([, [planned, found]]) => planned !== undefined && planned !== found)
    .map(([what, [planned, found = "none"]]) =>
      problem("wrong-job", `${shown}: the job ${job.name} has the ${what} ${planned}, its report ${found}`),
    );
}

function indexOf({ report }: ReportedShard): number {
  return report.shard?.index ?? 1;
}

function listed(shards: readonly ShardReport[]): string {
  return shards.map(({ shown }) => shown).join(", ");
}

function isReported(shard: ShardReport): shard is ReportedShard {
  return shard.report !== undefined;
}
