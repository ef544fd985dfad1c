import { recognizeTarget } from "../base/target.ts";
import type { Job, Matrix } from "../results/merge/matrix-schema.ts";
import type { Diagnostic } from "../scenario/source/diagnostic.ts";
import { type Lanes, laneDiagnostic } from "./read.ts";
import type { OperatingSystem } from "./schema.ts";

/** The most jobs that the service makes from one matrix. */
const MOST_JOBS = 256;

/** What the service calls machines with an operating system. */
const RUNS_ON: Record<OperatingSystem, string> = {
  linux: "ubuntu-latest",
  macos: "macos-latest",
  windows: "windows-latest",
};

/** Time to write and upload the report after the run's own time limit has ended it. */
export const SPARE_MINUTES = 10;

/** One job as the workflow reads it, all of it plain values. */
export interface GithubJob {
  name: string;
  id: string;
  runsOn: string;
  lane: string;
  gateway: string;
  /** For `--shard`. */
  shard: string;
  /** Version of the release that the job installs; empty for the embedded gateway. */
  release: string;
  /** Names, as a JSON array, so that the workflow can ask whether it contains one. */
  secrets: string;
  /** Time limit of the whole job. */
  minutes: number;
  mayFail: boolean;
  command: string;
}

/** The jobs that run, in the form of a `strategy.matrix`. */
export function githubMatrix({ jobs }: Matrix): { include: GithubJob[] } {
  return {
    include: jobs
      .filter(({ skip }) => !skip)
      .map((job) => ({
        name: job.name,
        id: job.id,
        runsOn: RUNS_ON[job.os],
        lane: job.lane,
        gateway: job.gateway,
        shard: `${job.shard.index}/${job.shard.total}`,
        release: releaseOf(job),
        secrets: JSON.stringify(job.secrets),
        minutes: job.minutes + SPARE_MINUTES,
        mayFail: job.mayFail,
        command: job.command,
      })),
  };
}

/** Version of the release that a job installs; empty for the embedded gateway. */
export function releaseOf({ gateway }: Job): string {
  const target = recognizeTarget(gateway);
  return target?.kind === "openclaw" ? target.spec : "";
}

/** Reports what the service would refuse, at the lane with the most jobs. */
export function checkGithubLimits(
  { include }: { include: readonly GithubJob[] },
  lanes: Lanes,
): Diagnostic[] {
  if (include.length <= MOST_JOBS) return [];
  const byLane = [...Map.groupBy(include, ({ lane }) => lane)].toSorted(
    ([, a], [, b]) => b.length - a.length,
  );
  const [[name, jobs] = ["", []]] = byLane;
  return [
    laneDiagnostic(lanes, ["lanes", name, "shards"], {
      code: "too-many-jobs",
      message: `the lanes make ${include.length} jobs, and the service accepts ${MOST_JOBS} per matrix`,
      hint: `The lane ${name} makes ${jobs.length} of them: give it fewer shards or gateways, or plan fewer lanes at once.`,
    }),
  ];
}
