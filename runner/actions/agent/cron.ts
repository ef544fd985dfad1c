import type { JsonObject } from "../../base/json.ts";
import type { ActionContext } from "../context.ts";
import { actionsOf } from "../define.ts";
import { NUMBER, open, record, STRING, type ValuesOf } from "../schema.ts";

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

export const cronStatements = actionsOf("cron", (define) => ({
  addCronJob: define({
    summary: "A job that is due once, a little later, and announces the agent's reply on the channel.",
    params: JOB_PARAMS,
    main: "message",
    returns: open(record({ id: STRING })),
    statement: "acts",
    run: addCronJob,
  }),
}));
