import type { JsonObject } from "../../base/json.ts";
import { type ActionContext, actionsOf, ENV_PARAMETER } from "../define.ts";
import { waitIn } from "../wait.ts";

const CALL_MS = 30_000;
const RUN_MS = 90_000;
const RUNS_SHOWN = 20;
/** A run that is still going has no entry, or one of another status. */
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

interface RunWait {
  callGateway?(method: string, params?: unknown, options?: object): unknown;
  jobId: string;
  /** Milliseconds since the epoch: runs that ended before do not count. */
  afterTs: number;
  timeoutMs?: number;
  intervalMs?: number;
}

async function listJobs(context: ActionContext): Promise<CronJob[]> {
  const { jobs } = await context.gateway.call(
    "cron.list",
    { includeDisabled: true, limit: 200, sortBy: "name", sortDir: "asc" },
    { signal: context.signal(), timeoutMs: CALL_MS },
  );
  return (jobs ?? []) as CronJob[];
}

function isDreaming({ name, description, payload }: CronJob): boolean {
  if (description?.includes(DREAMING_MARK)) return true;
  return name === DREAMING_NAME && [payload?.text, payload?.message].includes(DREAMING_PROMPT);
}

function waitForRun(context: ActionContext, wait: RunWait): Promise<JsonObject> {
  const { jobId, afterTs, timeoutMs = RUN_MS, intervalMs = 1_000 } = wait;
  const call = wait.callGateway ?? context.gateway.call;
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

export const cronActions = actionsOf("cron", (define) => ({
  listCronJobs: define({
    summary: "All cron jobs of the gateway, also those that are switched off (`cron.list`).",
    params: [ENV_PARAMETER],
    returns: "array of { id, name, schedule, payload, state, … }",
    effect: "reads",
    budgetMs: () => CALL_MS,
    run: listJobs,
  }),
  findManagedDreamingCronJob: define({
    summary: "The job with which the memory plugin promotes memories at night, or undefined.",
    params: [{ name: "jobs", type: "array", description: "from `listCronJobs`" }],
    returns: "the job or undefined",
    effect: "reads",
    run: (_context, jobs: readonly CronJob[]) => jobs.find(isDreaming),
  }),
  waitForCronRunCompletion: define({
    summary:
      "Waits until a run of a cron job has ended, well or not (`cron.runs`). Only runs that ended at or after `afterTs` count.",
    params: [
      {
        name: "request",
        type: "{ jobId, afterTs, timeoutMs?, intervalMs?, callGateway? }",
        description:
          "`afterTs`: milliseconds since the epoch; `timeoutMs`: default 90 000; `callGateway`: a function instead of `env.gateway.call`",
      },
    ],
    returns: "{ status: ok | error | skipped | warning, ts, summary?, error?, deliveryStatus?, … }",
    effect: "reads",
    budgetMs: ([request]) => (request as RunWait | undefined)?.timeoutMs ?? RUN_MS,
    run: waitForRun,
  }),
}));
