import { compareText } from "../../base/text.ts";
import type { RunReport } from "../../report/schema/report-schema.ts";
import { configurationProblems } from "./configuration.ts";
import type { ExpectedJob } from "./matrix.ts";
import { type Problem, problem } from "./problem.ts";
import type { Share } from "./share.ts";

type ReportedShare = Share & { report: RunReport };

/** The shares of one selection on one gateway and platform. */
export interface Group {
  lane: string | undefined;
  gateway: string;
  /** Of the expected job, else the platform that the shares ran on. */
  os: string;
  /** `smoke on embedded, linux-x64` */
  name: string;
  /** Its lane may fail without making the whole result red. */
  mayFail: boolean;
  /** By number of the shard. */
  shares: ReportedShare[];
  /** Ids that must each have one result, in order. */
  selection: string[];
  /** Why nothing in the group counts as passed; holds those of its shares. */
  problems: Problem[];
}

/**
 * Puts together what belongs together and finds what is missing, doubled or mixed.
 * @param jobs those of the matrix that the shares must be; undefined when no matrix was given
 */
export function groupShares(shares: readonly Share[], jobs: readonly ExpectedJob[] | undefined): Group[] {
  const byName = new Map(jobs?.map((job) => [job.name, job]));
  const members = new Map<string, { shares: ReportedShare[]; jobs: ExpectedJob[]; strays: Problem[] }>();
  const groupOf = (lane: string | undefined, gateway: string, os: string) => {
    const key = JSON.stringify([lane ?? "", gateway, os]);
    const group = members.get(key) ?? { shares: [], jobs: [], strays: [] };
    members.set(key, group);
    return group;
  };
  for (const job of jobs ?? []) if (!job.skip) groupOf(job.lane, job.gateway, job.os).jobs.push(job);
  for (const share of shares) {
    if (!isReported(share)) continue;
    const { lane, gateway, tool, job: name } = share.report;
    const job = name === undefined ? undefined : byName.get(name);
    const group = groupOf(lane, gateway, job?.os ?? tool.platform);
    group.shares.push(share);
    if (jobs) group.strays.push(...jobProblems(share, job));
  }
  return [...members].map(([key, { shares, jobs, strays }]) => {
    const [lane, gateway, os] = JSON.parse(key) as [string, string, string];
    return judged(
      {
        lane: lane === "" ? undefined : lane,
        gateway,
        os,
        name: `${lane === "" ? "" : `${lane} on `}${gateway}, ${os}`,
        mayFail: jobs.some(({ mayFail }) => mayFail === true),
        shares: shares.toSorted((a, b) => indexOf(a) - indexOf(b) || compareText(a.shown, b.shown)),
        selection: [],
        problems: [...strays],
      },
      jobs,
    );
  });
}

/** Whether a share can count: nothing is wrong with it, nor with its group. */
export function isComplete({ problems }: Group): boolean {
  return problems.length === 0;
}

/** `shard 2 of 3`, or `the run` where there is only one. */
function shardName({ index, total }: { index: number; total: number }): string {
  return total === 1 ? "the run" : `shard ${index} of ${total}`;
}

function judged(group: Group, jobs: readonly ExpectedJob[]): Group {
  const { shares, problems, name } = group;
  for (const share of shares) problems.push(...share.problems);
  problems.push(...configurationProblems(name, shares));

  const [first] = shares;
  const total = jobs[0]?.shard.total ?? first?.report.shard?.total ?? 1;
  for (let index = 1; index <= total; index += 1) {
    const copies = shares.filter((share) => indexOf(share) === index);
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
  // Of an unsharded run its own scenarios are the whole; a shard has to say what it is a part of.
  const all = new Set(shares.flatMap(({ report }) => report.scenarios.map(({ id }) => id)));
  group.selection = first?.report.selection ?? jobs[0]?.selection ?? [...all];
  if (first && total > 1 && !first.report.selection) {
    problems.push(problem("missing-scenario", `${first.shown}: it does not say what the whole selection is`));
  }
  problems.push(...resultProblems(group));
  return group;
}

/** One result for each scenario of the selection, and no other. */
function resultProblems({ name, shares, selection }: Group): Problem[] {
  const holders = new Map<string, ReportedShare[]>(selection.map((id) => [id, []]));
  const problems: Problem[] = [];
  for (const share of shares) {
    for (const { id } of share.report.scenarios) {
      const held = holders.get(id);
      if (held) held.push(share);
      else problems.push(problem("unselected-scenario", `${share.shown}: ${id} is not in the selection`));
    }
  }
  for (const [id, held] of holders) {
    // Copies of a shard have been named as such.
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
    problems.push(problem("missing-scenario", `${name}: no share has a result for ${absent.join(", ")}`));
  }
  return problems;
}

/** Whether the share is what the matrix planned under its name. */
function jobProblems({ shown, report }: ReportedShare, job: ExpectedJob | undefined): Problem[] {
  if (report.job === undefined) {
    return [
      problem("unexpected-job", `${shown}: it says no job, and the matrix knows its shares by their jobs`),
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

function indexOf({ report }: ReportedShare): number {
  return report.shard?.index ?? 1;
}

function listed(shares: readonly Share[]): string {
  return shares.map(({ shown }) => shown).join(", ");
}

function isReported(share: Share): share is ReportedShare {
  return share.report !== undefined;
}
