import { errorMessage } from "../../base/errors.ts";
import type { ActionContext } from "../context.ts";
import { actionsOf } from "../define.ts";
import { NUMBER, OBJECTS, record, STRINGS } from "../schema.ts";
import { readSnapshot } from "./config.ts";

/** Several clients that have read the same config write at the same time. */
async function patchAtOnce(
  context: ActionContext,
  { patches }: { patches: readonly object[] },
): Promise<{ written: number; refusals: string[] }> {
  const { hash: baseHash } = await readSnapshot(context);
  const outcomes = await Promise.allSettled(
    patches.map((patch) => context.call("config.patch", { raw: JSON.stringify(patch), baseHash })),
  );
  const refusals = outcomes.flatMap((each) =>
    each.status === "rejected" ? [errorMessage(each.reason)] : [],
  );
  return { written: outcomes.length - refusals.length, refusals };
}

export const atOnceActions = actionsOf("config", (define) => ({
  patchAtOnce: define({
    summary: "Several clients patch the config that they all have read, at the same time.",
    params: { patches: { ...OBJECTS, description: "merge patches" } },
    main: "patches",
    returns: record({ written: NUMBER, refusals: STRINGS }),
    statement: "acts",
    run: patchAtOnce,
  }),
}));
