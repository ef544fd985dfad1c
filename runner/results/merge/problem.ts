/** What keeps a merge from being complete, each with what to do about it. Published in docs/results.md. */
export const PROBLEMS = {
  "nothing-ran": "Run at least one job: what has not run has not passed.",
  "no-report": "Look at what the job uploaded: each shard is a folder with report.json and events.jsonl.",
  "unreadable-shard": "Take the folder as the run left it; if that is how it is, run the shard again.",
  "truncated-events": "Take the whole folder as the run left it, or run the shard again.",
  "contradictory-shard": "A folder holds one run: do not copy two into one. Run the shard again.",
  "interrupted-shard": "Run the shard again to its end.",
  "harness-failure": "Its output says what failed besides the scenarios; fix that and run the shard again.",
  "missing-verdict": "Run the shard again; the end of its events.jsonl says how far the scenario got.",
  "missing-evidence": "Take the whole folder as the run left it, with its subfolders.",
  "duplicate-shard": "Keep one report of each shard: the one that counts.",
  "duplicate-result": "Cut one selection into disjoint shards: `--shard i/n` does that.",
  "mixed-configuration": "Run all shards with the same version of the tool and the same options.",
  "missing-shard": "Run it, or give the folder that it left its report in.",
  "missing-scenario": "Run the whole selection: a shard stands for its own scenarios only.",
  "unselected-scenario": "Give shards of one selection.",
  "missing-job": "Run the job, or give the folder that it left its report in.",
  "unexpected-job": "Merge the reports of the jobs of this matrix only.",
  "wrong-job": "Run the job's own command, as the matrix prints it.",
} as const;

export type ProblemCode = keyof typeof PROBLEMS;

/** Something that makes the merged result incomplete. */
export interface Problem {
  code: ProblemCode;
  message: string;
  hint: string;
}

export function problem(code: ProblemCode, message: string): Problem {
  return { code, message, hint: PROBLEMS[code] };
}
