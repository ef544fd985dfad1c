import type { JsonObject } from "../../base/json.ts";
import type { ActionContext } from "../context.ts";
import { actionsOf, members } from "../define.ts";
import { callback, milliseconds, NUMBER, record, STRING, typed, type ValuesOf } from "../schema.ts";
import { waitIn } from "../wait.ts";

const CALL_MS = 30_000;
const RUN_MS = 90_000;
const RUNS_SHOWN = 20;
/** A run that is still going has no entry, or one with another status. */
const ENDED: ReadonlySet<unknown> = new Set(["ok", "error", "skipped", "warning"]);

interface CronJob extends JsonObject {
  id?: string;
  name?: string;
  description?: string;
  payload?: { kind?: string; text?: string; message?: string };
}

/** How the memory plugin marks the job that it manages itself, and what that job is called. */
const DREAMING_MARK = "[managed-by=memory-core.short-term-promotion]";
const DREAMING_NAME = "Memory Dreaming Promotion";
const DREAMING_PROMPT = "__openclaw_memory_core_short_term_promotion_dream__";

const RUN_PARAMS = {
  jobId: { ...STRING, description: "from `listCronJobs`" },
  afterTs: {
    ...NUMBER,
    description: "milliseconds since the epoch: runs that ended before do not count",
  },
  timeoutMs: milliseconds(RUN_MS),
  intervalMs: milliseconds(1_000),
  callGateway: {
    ...callback<(method: string, params?: unknown, options?: { timeoutMs?: number }) => unknown>(
      "(method, params, options) => unknown",
      "instead of `env.gateway.call`",
    ),
    optional: true,
  },
} as const;

async function listJobs(context: ActionContext): Promise<CronJob[]> {
  const { jobs } = await context.call(
    "cron.list",
    { includeDisabled: true, limit: 200, sortBy: "name", sortDir: "asc" },
    { timeoutMs: CALL_MS },
  );
  return (jobs ?? []) as CronJob[];
}

function isDreaming({ name, description, payload }: CronJob): boolean {
  if (description?.includes(DREAMING_MARK)) return true;
  return name === DREAMING_NAME && [payload?.text, payload?.message].includes(DREAMING_PROMPT);
}

function waitForRun(context: ActionContext, wait: ValuesOf<typeof RUN_PARAMS>): Promise<JsonObject> {
  const { jobId, afterTs, timeoutMs, intervalMs, callGateway: call = context.call } = wait;
  let seen: JsonObject[] = [];
  return waitIn(
    context,
    `a run of the cron job ${jobId} to end`,
    async () => {
      const page = (await call(
        "cron.runs",
        { id: jobId, limit: RUNS_SHOWN, sortDir: "desc" },
        { timeoutMs: Math.min(timeoutMs, CALL_MS) },
      )) as { entries?: JsonObject[] };
      seen = page.entries ?? [];
      return seen.find(({ ts, status }) => Number(ts) >= afterTs && ENDED.has(status));
    },
    { timeoutMs, intervalMs, evidence: () => `runs so far: ${JSON.stringify(seen)}` },
  );
}

const JOB = record({ id: STRING }, { name: STRING, schedule: {}, payload: {}, state: {} });

export const cronActions = actionsOf("cron", (define) => ({
  listCronJobs: define({
    summary: "All cron jobs of the gateway, also those that are switched off (`cron.list`).",
    positional: ["env"],
    returns: { type: "array", items: JOB },
    effect: "reads",
    budgetMs: () => CALL_MS,
    run: listJobs,
  }),
  findManagedDreamingCronJob: define({
    summary: "The job with which the memory plugin promotes memories at night, or undefined.",
    params: { jobs: typed<readonly CronJob[]>({ type: "array", description: "from `listCronJobs`" }) },
    main: "jobs",
    positional: ["jobs"],
    returns: { ...JOB, optional: true },
    effect: "reads",
    sync: true,
    run: (_context, { jobs }) => jobs.find(isDreaming),
  }),
  waitForCronRunCompletion: define({
    summary:
      "Waits until a run of a cron job has ended, well or not (`cron.runs`). Only runs that ended at or after `afterTs` count.",
    params: RUN_PARAMS,
    main: "jobId",
    positional: [members("request")],
    returns: record(
      { status: { enum: ["ok", "error", "skipped", "warning"] }, ts: NUMBER },
      { summary: STRING, error: {}, deliveryStatus: STRING },
    ),
    effect: "reads",
    budgetMs: ({ timeoutMs }) => timeoutMs,
    run: waitForRun,
  }),
}));
