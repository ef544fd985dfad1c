import type { Job, Matrix } from "../results/merge/matrix-schema.ts";
import { releaseOf, SPARE_MINUTES } from "./github.ts";

/** The jobs of a GitLab pipeline by their names, and its stages. It is written as JSON, which is YAML. */
export type GitlabPipeline = Readonly<Record<string, unknown>>;

const IMAGE = "node:24";
/** Where jobs keep published releases: GitLab caches only what lies in the project. */
const CACHE = ".gateway-qa";
/** Runs what the parent pipeline says, such as `npm ci`. */
const SET_UP = 'eval "${' + 'GATEWAY_QA_SETUP:-true}"';

/**
 * A child pipeline with a job for each job of the matrix that runs, and one that merges their reports. Its parent's job
 * `matrix` has the matrix as `matrix.json` among its artifacts, and hands its own id over in PARENT_PIPELINE_ID.
 * @param merge the command that merges the reports below `shares` into `merged`, expecting `matrix.json`
 */
export function gitlabPipeline({ jobs }: Matrix, merge: string): GitlabPipeline {
  const running = jobs.filter(({ skip }) => !skip);
  return {
    stages: ["plan", "qa", "merge"],
    plan: {
      stage: "plan",
      image: IMAGE,
      needs: [{ pipeline: "$PARENT_PIPELINE_ID", job: "matrix" }],
      script: ["test -f matrix.json"],
      artifacts: { paths: ["matrix.json"] },
    },
    ...Object.fromEntries(running.map((job) => [job.name, jobOf(job)])),
    merge: {
      stage: "merge",
      image: IMAGE,
      when: "always",
      before_script: [SET_UP],
      // Without any job the folder does not exist.
      script: ["mkdir -p shares", merge],
      artifacts: { when: "always", paths: ["merged"] },
    },
  };
}

function jobOf(job: Job): object {
  const release = releaseOf(job);
  const report = `shares/${job.id}`;
  return {
    stage: "qa",
    // Jobs of other systems go to the runners that have its name as a tag, which bring their own Node.
    ...(job.os === "linux" ? { image: IMAGE } : { tags: [job.os] }),
    timeout: `${job.minutes + SPARE_MINUTES} minutes`,
    allow_failure: job.mayFail,
    dependencies: [],
    variables: { GATEWAY_QA_CACHE: `$CI_PROJECT_DIR/${CACHE}` },
    ...(release !== "" && {
      cache: { key: `openclaw-${job.os}-${release}`, paths: [`${CACHE}/openclaw`] },
    }),
    before_script: [SET_UP],
    script: [`${job.command} --reporter junit --out ${report}`],
    artifacts: {
      when: "always",
      paths: [report],
      reports: { junit: `${report}/junit.xml` },
    },
  };
}
