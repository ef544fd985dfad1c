import { readFile, rm } from "node:fs/promises";
import { join } from "node:path";
import { UsageError } from "../base/errors.ts";
import { commandLine } from "../base/invocation.ts";
import { secretValues } from "../base/secrets/names.ts";
import { Secrets } from "../base/secrets/secrets.ts";
import { EMBEDDED } from "../base/target.ts";
import { plural } from "../base/text.ts";
import type { GatewayKind } from "../gateway/gateway.ts";
import { resolveGatewayKind } from "../gateway/kinds.ts";
import type { Operation } from "../gateway/process/breaking.ts";
import { crashAnswer, judgeKill, renderCrashes } from "../prove/crash.ts";
import { CRASH_VERSION, type CrashedScenario, type CrashReport } from "../prove/crash-schema.ts";
import { sampled } from "../prove/sample.ts";
import { headlineOf } from "../report/chain-text.ts";
import type { ScenarioFinished } from "../report/events.ts";
import { evidenceFolder } from "../report/evidence-folder.ts";
import { OPERATIONS_FILE } from "../run/evidence.ts";
import type { PreparedScenario } from "../run/prepared.ts";
import { toArgs, withIds } from "./command-options.ts";
import { chosenToProve, type ProveOptions, runOptions } from "./prove-chosen.ts";
import { print, printJson, printNote } from "./redacted.ts";
import { type BetweenRuns, runScenarios } from "./run-scenarios.ts";
import { newRunId, type Session } from "./session.ts";
import { outFolder } from "./workspace.ts";

/** Between a scenario's id and a point; no id has it. */
const AT = "~";

/** A run that kills, or counts where it could. */
interface Crashing {
  options: ProveOptions;
  session: Session;
  gateway: GatewayKind;
  /** Absolute folder of the reports. */
  folder: string;
  /** When the time is up, in ms of `performance.now()`. */
  until: number;
}

/**
 * `qa prove --crash`: numbers what the gateway does with its files while a scenario runs, kills it at each of these points,
 * starts it again and looks whether it keeps what it had promised.
 * @returns the exit code
 * @throws UsageError, InvalidScenarios; QaError if the gateway cannot be prepared; the signal's reason
 */
export async function crash(
  ids: readonly string[],
  options: ProveOptions,
  session: Session,
): Promise<number> {
  const until = performance.now() + (options.budget ?? Number.POSITIVE_INFINITY);
  const folder = outFolder(options.out, "report", `crash-${newRunId()}`);
  const target = options.gateway ?? EMBEDDED;
  if (target.kind === "remote")
    throw new UsageError(
      "--gateway is one that the run starts, and can kill",
      "Give embedded, or openclaw@<version>.",
    );
  const gateway = await resolveGatewayKind(target, { env: process.env, teardown: session.teardown });
  const chosen = await chosenToProve(ids, options, gateway, session);
  const crashing: Crashing = { options, session, gateway, folder, until };
  const scenarios: CrashedScenario[] = [];
  const operations = await countOperations(
    chosen.map(({ id }) => id),
    crashing,
  );
  for (const { id, file } of chosen) {
    const counted = operations.get(id);
    if (counted === undefined || "problem" in counted) {
      const why = counted?.problem ?? "the time did not suffice to run it";
      scenarios.push({
        id,
        file: file.name,
        points: 0,
        survived: 0,
        notReached: 0,
        left: 0,
        failed: [],
        problem: why,
      });
      continue;
    }
    const all = counted.operations.map(({ serial }) => serial);
    const points = options.at.length > 0 ? options.at.map(Number) : sampled(all, options.sample, id);
    scenarios.push({
      id,
      file: file.name,
      points: points.length,
      survived: 0,
      notReached: 0,
      left: points.length,
      failed: [],
    });
    printNote(
      `${id}: ${plural(all.length, "point")}${points.length < all.length ? `, of which ${points.length}` : ""} …\n`,
    );
    await killAtEach(id, points, counted.operations, crashing, scenarios.at(-1) as CrashedScenario);
  }
  session.signal.throwIfAborted();
  const report: CrashReport = {
    version: CRASH_VERSION,
    command: commandLine(withIds("prove", ids, toArgs(options))),
    createdAt: new Date().toISOString(),
    ...crashAnswer(scenarios),
    gateway:
      (await gateway.buildId?.(session.signal)) ?? `openclaw@${await gateway.version?.(session.signal)}`,
    scenarios,
    report: folder,
  };
  if (options.json) printJson(report);
  else print(renderCrashes(report));
  return report.exitCode;
}

type Counted = { operations: Operation[] } | { problem: string };

/** Runs each scenario once on the healthy gateway. */
async function countOperations(ids: readonly string[], crashing: Crashing): Promise<Map<string, Counted>> {
  const found = new Map<string, Counted>();
  const folder = join(crashing.folder, "healthy");
  await runAll(ids, { ...crashing, folder }, { watchFaults: true, arrange: killable }, async (event) => {
    const { scenarioId: id, verdict, failure, reason, attempt } = event;
    if (verdict !== "passed") {
      found.set(id, { problem: failure ? headlineOf(failure) : (reason ?? verdict) });
      return;
    }
    const text = await readFile(join(evidenceFolder(folder, id, attempt), OPERATIONS_FILE), "utf8").catch(
      () => "",
    );
    found.set(id, {
      operations: text
        .split("\n")
        .filter(Boolean)
        .map((line) => JSON.parse(line) as Operation),
    });
  });
  return found;
}

function killable(prepared: readonly PreparedScenario[]): PreparedScenario[] {
  return prepared.map((each) => ({ ...each, kills: true }));
}

async function killAtEach(
  id: string,
  points: readonly number[],
  operations: readonly Operation[],
  crashing: Crashing,
  result: CrashedScenario,
): Promise<void> {
  const folder = evidenceFolder(join(crashing.folder, "killed"), id, 1);
  const arrange = (prepared: readonly PreparedScenario[]) =>
    prepared.flatMap((each) =>
      points.map((point) => ({
        ...each,
        scenario: { ...each.scenario, id: `${id}${AT}${point}` },
        faults: [`process.kill@${point}`],
        kills: true as const,
      })),
    );
  let done = 0;
  await runAll(
    [id],
    { ...crashing, folder },
    { arrange, rerun: () => commandOf(id, undefined, crashing) },
    async (event) => {
      const point = Number(event.scenarioId.slice(id.length + AT.length));
      const judged = judgeKill(event);
      if (judged === undefined) return;
      done += 1;
      result.left -= 1;
      if (judged.kind === "survived") result.survived += 1;
      else if (judged.kind === "not-reached") result.notReached += 1;
      else {
        const { kind = "", what = "" } = operations.find(({ serial }) => serial === point) ?? {};
        const at = event.faults?.[0]?.how ?? `before ${kind} of ${what}`;
        const { why } = judged;
        result.failed.push({ point, at, why, command: commandOf(id, point, crashing) });
        printNote(`${done}/${points.length} ${id} at ${point}, ${at}: ${why}\n`);
        return;
      }
      // The files of thousands of runs would fill the disk.
      await rm(evidenceFolder(folder, event.scenarioId, event.attempt), { recursive: true, force: true });
    },
  );
  result.failed.sort((one, other) => one.point - other.point);
}

/** The shortest command that does the same again. */
function commandOf(id: string, point: number | undefined, { options }: Crashing): string {
  const { pack, builtin, trust, modelScript, gateway } = options;
  const at = point === undefined ? [] : [String(point)];
  return commandLine(
    withIds("prove", [id], toArgs({ crash: true, pack, builtin, trust, modelScript, gateway, at })),
  );
}

interface HowToRun {
  watchFaults?: true;
  arrange?(prepared: readonly PreparedScenario[]): PreparedScenario[];
  rerun?(id: string): string;
}

/** One run with a report of its own, of which nothing is shown. */
async function runAll(
  ids: readonly string[],
  { options, session, folder, gateway, until }: Crashing,
  how: HowToRun,
  onFinished: (event: ScenarioFinished) => void | Promise<void>,
): Promise<void> {
  const left = until - performance.now();
  if (left <= 0) return;
  const between: BetweenRuns = {
    secrets: new Secrets(secretValues(process.env)),
    gateway: async () => gateway,
    pools: async () => undefined,
    reporter: {
      name: "prove",
      onEvent: (event) => (event.type === "scenario-finished" ? onFinished(event) : undefined),
    },
  };
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
