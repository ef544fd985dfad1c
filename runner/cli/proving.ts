import { rm } from "node:fs/promises";
import { resolve } from "node:path";
import packageJson from "../../package.json" with { type: "json" };
import { UsageError } from "../base/errors.ts";
import { replaceFile } from "../base/files.ts";
import { userFolder } from "../base/invocation.ts";
import { displayPath } from "../base/paths.ts";
import { secretValues } from "../base/secrets/names.ts";
import { Secrets } from "../base/secrets/secrets.ts";
import { EMBEDDED } from "../base/target.ts";
import type { GatewayKind } from "../gateway/gateway.ts";
import { resolveGatewayKind } from "../gateway/kinds.ts";
import { keyOf, type ProvenKey } from "../prove/proven.ts";
import type { RunEvent, ScenarioFinished } from "../report/events.ts";
import { evidenceFolder } from "../report/evidence-folder.ts";
import type { Scenario } from "../scenario/types.ts";
import type { RunOptions } from "./options.ts";
import { type ProveOptions, runOptions } from "./prove-chosen.ts";
import { print, printJson } from "./redacted.ts";
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

/** When the time is up that a command may take from now on, in ms of `performance.now()`. */
export function untilOf({ budget = Number.POSITIVE_INFINITY }: ProveOptions): number {
  return performance.now() + budget;
}

/** What the results of each scenario depend on, by id. @param gateway what it is, as `nameOf` says */
export async function keysOf(
  scenarios: readonly Scenario[],
  gateway: string,
): Promise<Map<string, ProvenKey>> {
  const made = { gateway, tool: packageJson.version };
  return new Map(
    await Promise.all(scenarios.map(async (each) => [each.id, await keyOf(each, made)] as const)),
  );
}

/** The file of what is known, or a way out for who has to repair it. @throws UsageError */
export function readable<T extends { path: string }>({ file, problem }: { file: T; problem?: string }): T {
  if (problem === undefined) return file;
  throw new UsageError(
    `${displayPath(file.path, userFolder())} cannot be read: ${problem}`,
    "Remove it, or give --kept another one.",
  );
}

/** So many tries are lost at most when the program is killed. */
export const SAVED_EVERY = 20;

/** The command that runs a try again is in the report; the files of thousands of runs would fill the disk. */
export async function removeEvidence(
  reports: string,
  { scenarioId, attempt }: Pick<ScenarioFinished, "scenarioId" | "attempt">,
): Promise<void> {
  await rm(evidenceFolder(reports, scenarioId, attempt), { recursive: true, force: true });
}

/** Shows the answer, and writes it where it is wanted. @returns the exit code */
export async function answer<T extends { exitCode: number }>(
  report: T,
  { json, junit }: Pick<ProveOptions, "json" | "junit">,
  { text, xml }: { text: (report: T) => string; xml?: (report: T) => string },
): Promise<number> {
  if (junit !== undefined && xml) await replaceFile(resolve(userFolder(), junit), xml(report));
  if (json) printJson(report);
  else print(text(report));
  return report.exitCode;
}
