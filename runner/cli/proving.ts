import { UsageError } from "../base/errors.ts";
import { secretValues } from "../base/secrets/names.ts";
import { Secrets } from "../base/secrets/secrets.ts";
import { EMBEDDED } from "../base/target.ts";
import type { GatewayKind } from "../gateway/gateway.ts";
import { resolveGatewayKind } from "../gateway/kinds.ts";
import type { RunEvent, ScenarioFinished } from "../report/events.ts";
import type { RunOptions } from "./options.ts";
import { type ProveOptions, runOptions } from "./prove-chosen.ts";
import { type BetweenRuns, runScenarios } from "./run-scenarios.ts";
import type { Session } from "./session.ts";

/** Where and how scenarios are run to prove something. */
export interface Proving {
  options: ProveOptions;
  session: Session;
  gateway: GatewayKind;
  /** Absolute folder of the reports. */
  folder: string;
  /** When the time is up, in ms of `performance.now()`. */
  until: number;
}

/** The gateway that is broken, or killed. @param can what the run can do with one that it starts itself @throws UsageError */
export async function gatewayToProve(
  { gateway: target = EMBEDDED }: ProveOptions,
  { teardown }: Session,
  can: string,
): Promise<GatewayKind> {
  if (target.kind === "remote")
    throw new UsageError(
      `--gateway is one that the run starts, and can ${can}`,
      "Give embedded, or openclaw@<version>.",
    );
  return resolveGatewayKind(target, { env: process.env, teardown });
}

/** What the gateway is; of the embedded one, a digest of what it was built from. */
export async function nameOf(gateway: GatewayKind, { signal }: Session): Promise<string> {
  return (await gateway.buildId?.(signal)) ?? `openclaw@${await gateway.version?.(signal)}`;
}

/** What is special about a run that proves something. */
export type HowToProve = Pick<RunOptions, "repeat" | "watchFaults" | "arrange" | "rerun"> & {
  onEvent?: ((event: RunEvent) => void) | undefined;
};

/** One run with a report of its own, of which nothing is shown. */
export async function runUnshown(
  ids: readonly string[],
  { options, session, folder, gateway, until }: Proving,
  { onEvent, ...how }: HowToProve,
  onFinished: (event: ScenarioFinished) => void | Promise<void>,
): Promise<void> {
  const between: BetweenRuns = {
    secrets: new Secrets(secretValues(process.env)),
    gateway: async () => gateway,
    pools: async () => undefined,
    reporter: {
      name: "prove",
      onEvent: (event) => {
        onEvent?.(event);
        return event.type === "scenario-finished" ? onFinished(event) : undefined;
      },
    },
  };
  const left = until - performance.now();
  await runScenarios(
    ids,
    {
      ...runOptions(options),
      ...how,
      all: undefined,
      tag: [],
      named: [],
      out: folder,
      ...(Number.isFinite(left) ? { timeout: Math.max(1, Math.round(left)) } : {}),
    },
    session,
    between,
  );
}
