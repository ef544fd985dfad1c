import type { JsonObject } from "../../base/json.ts";
import type { ActionContext } from "../context.ts";
import { actionsOf } from "../define.ts";
import { type Event, expectEvent } from "../scene/expect.ts";
import { matcherOf, NUMBER, open, record, STRING, type ValuesOf } from "../schema.ts";

const JOB_PARAMS = {
  message: { ...STRING, description: "what the agent is asked when the job is due" },
  inMs: { ...NUMBER, description: "milliseconds from now on" },
  to: { ...STRING, description: "where its reply goes, for instance `channel:tides`" },
} as const;

/** A job that asks the agent once, in a session of its own, and whose answer is announced. */
function addCronJob(
  context: ActionContext,
  { message, inMs, to }: ValuesOf<typeof JOB_PARAMS>,
): Promise<JsonObject> {
  return context.call("cron.add", {
    name: `qa-${crypto.randomUUID().slice(0, 8)}`,
    schedule: { kind: "at", at: new Date(Date.now() + inMs).toISOString() },
    sessionTarget: "isolated",
    wakeMode: "now",
    payload: { kind: "agentTurn", message },
    delivery: { mode: "announce", channel: "qa-channel", to },
  });
}

const RUNS_SHOWN = 50;
const CRON_MS = 90_000;

const CRON_RUN = {
  ...open(
    record(
      { status: { enum: ["ok", "error", "skipped", "warning"] }, ts: NUMBER },
      { summary: STRING, error: STRING, deliveryStatus: STRING },
    ),
  ),
  asText: "status",
} as const;

/** Ended runs of a job, oldest first, numbered by when they ended. */
async function cronRuns(context: ActionContext, id: string): Promise<Event<JsonObject>[]> {
  const { entries } = await context.call("cron.runs", { id, limit: RUNS_SHOWN, sortDir: "asc" });
  return ((entries ?? []) as JsonObject[]).map((value) => ({ index: Number(value.ts), value }));
}

export const cronStatements = actionsOf("cron", (define) => ({
  addCronJob: define({
    summary: "A job that is due once, a little later, and announces the agent's reply on the channel.",
    params: JOB_PARAMS,
    main: "message",
    returns: open(record({ id: STRING })),
    statement: "acts",
    run: addCronJob,
  }),
  expectCronRun: define({
    summary:
      "The first run of a cron job that has ended, well or not, that fits and that no other statement has taken (`cron.runs`).",
    params: {
      run: matcherOf(CRON_RUN, "the run; a text stands for its status"),
      job: { ...STRING, description: "id of the job" },
    },
    main: "run",
    returns: CRON_RUN,
    statement: "counts",
    effect: "converses",
    run: async (context, { run, job }) => {
      const source = { kind: `cron ${job}`, what: "a cron run", list: () => cronRuns(context, job) };
      return (await expectEvent(context, source, run, CRON_MS)).value;
    },
  }),
}));
