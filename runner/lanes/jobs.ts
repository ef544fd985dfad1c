import { commandLine } from "../base/invocation.ts";
import { formatTarget, type GatewayTarget } from "../base/target.ts";
import type { Environment } from "../gateway/process/env.ts";
import { guardOf } from "../plan/guard.ts";
import type { Plan } from "../plan/plan.ts";
import type { Shard } from "../plan/shard.ts";
import type { Job } from "../results/merge/matrix-schema.ts";
import type { Durations } from "./durations.ts";
import { jobId, jobName } from "./job.ts";
import { guardsOf, limitsOfLane, missingSecrets } from "./lane.ts";
import type { LocatedLane } from "./read.ts";
import type { Lane } from "./schema.ts";
import { cutSelection } from "./shard.ts";

/** What jobs are made with, whatever their lane. */
export interface JobInputs {
  env: Environment;
  durations: Durations;
  /** Gives the arguments of `qa` that run a job. The flags are the caller's: this room does not know them. */
  argsOf(job: { lane: string; gateway: GatewayTarget; shard?: Shard }): string[];
}

/**
 * The jobs of a lane on one gateway: one for each shard and operating system.
 * @param gateway.asked how the lane's file says it
 */
export function jobsOn(
  { name: laneName, lane }: LocatedLane,
  { target, asked, plan }: { target: GatewayTarget; asked: string; plan: Plan },
  { durations, env, argsOf }: JobInputs,
): Job[] {
  const { shards = 1, os: systems = ["linux"], secrets = [] } = lane;
  const total = Math.min(shards, plan.scenarios.length);
  const skip = secretSkip(lane, env);
  const gateway = formatTarget(target);
  const cuts = cutSelection(plan.scenarios, { target, total, durations });
  return systems.flatMap((os) =>
    cuts.map(({ shard, items, cost, unit }) => {
      const name = jobName(laneName, gateway, os, shard);
      const args = argsOf({ lane: laneName, gateway: target, ...(total > 1 ? { shard } : {}) });
      const ids = items.map(({ scenario }) => scenario.id);
      return {
        name,
        id: jobId(name),
        lane: laneName,
        owner: lane.owner,
        gateway,
        gatewayAsked: asked,
        os,
        shard,
        model: lane.model ?? "scripted",
        scenarios: ids,
        selection: plan.scenarios.map(({ scenario }) => scenario.id),
        skipped: plan.skipped
          .filter(({ scenario }) => ids.includes(scenario.id))
          .map(({ scenario, reason }) => ({ id: scenario.id, guard: guardOf(scenario) ?? null, reason })),
        notApplicable: plan.notApplicable.map(({ scenario, reason }) => ({ id: scenario.id, reason })),
        guards: guardsOf(lane),
        secrets: [...secrets],
        ...limitsOfLane(lane),
        mayFail: lane.mayFail ?? false,
        estimate: { cost, unit },
        ...(skip ? { skip } : {}),
        args,
        command: commandLine(args),
      };
    }),
  );
}

function secretSkip(lane: Lane, env: Environment): Job["skip"] {
  const missing = missingSecrets(lane, env);
  if (missing.length === 0) return undefined;
  return {
    reason: `no secret ${missing.join(", ")}`,
    hint: `Set ${missing.join(" and ")} in the environment to run it.`,
  };
}
