import { readFile, rm } from "node:fs/promises";
import { join } from "node:path";
import { commandLine } from "../base/invocation.ts";
import { plural } from "../base/text.ts";
import type { Operation } from "../gateway/process/breaking.ts";
import { crashAnswer, judgeKill, renderCrashes } from "../prove/crash.ts";
import { CRASH_VERSION, type CrashedScenario, type CrashReport } from "../prove/crash-schema.ts";
import { sampled } from "../prove/sample.ts";
import { headlineOf } from "../report/chain-text.ts";
import { evidenceFolder } from "../report/evidence-folder.ts";
import { OPERATIONS_FILE } from "../run/evidence.ts";
import type { PreparedScenario } from "../run/prepared.ts";
import { toArgs, withIds } from "./command-options.ts";
import { chosenToProve, type ProveOptions } from "./prove-chosen.ts";
import { answer, gatewayToProve, nameOf, type Proving, runUnshown, untilOf } from "./proving.ts";
import { printNote } from "./redacted.ts";
import { newRunId, type Session } from "./session.ts";
import { outFolder } from "./workspace.ts";

/** Between a scenario's id and a point; no id has it. */
const AT = "~";

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
  const until = untilOf(options);
  const folder = outFolder(options.out, "report", `crash-${newRunId()}`);
  const gateway = await gatewayToProve(options, session, "kill");
  const chosen = await chosenToProve(ids, options, gateway, session);
  const crashing: Proving = { options, session, gateway, folder, until };
  const scenarios: CrashedScenario[] = [];
  const operations = await countOperations(
    chosen.map(({ id }) => id),
    crashing,
  );
  for (const { id, file } of chosen) {
    const counted = operations.get(id);
    const result: CrashedScenario = {
      ...{ id, file: file.name, points: 0, survived: 0, notReached: 0, left: 0, failed: [] },
    };
    scenarios.push(result);
    if (counted === undefined || "problem" in counted) {
      result.problem = counted?.problem ?? "the time did not suffice to run it";
      continue;
    }
    const all = counted.operations.map(({ serial }) => serial);
    const points = options.at.length > 0 ? options.at.map(Number) : sampled(all, options.sample, id);
    result.points = points.length;
    result.left = points.length;
    printNote(
      `${id}: ${plural(all.length, "point")}${points.length < all.length ? `, of which ${points.length}` : ""} …\n`,
    );
    await killAtEach(id, points, counted.operations, crashing, result);
  }
  session.signal.throwIfAborted();
  const report: CrashReport = {
    version: CRASH_VERSION,
    command: commandLine(withIds("prove", ids, toArgs(options))),
    createdAt: new Date().toISOString(),
    ...crashAnswer(scenarios),
    gateway: await nameOf(gateway, session),
    scenarios,
    report: folder,
  };
  return answer(report, options, { text: renderCrashes });
}

type Counted = { operations: Operation[] } | { problem: string };

/** Runs each scenario once on the healthy gateway. */
async function countOperations(ids: readonly string[], crashing: Proving): Promise<Map<string, Counted>> {
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
  crashing: Proving,
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
function commandOf(id: string, point: number | undefined, { options }: Proving): string {
  const { pack, builtin, trust, modelScript, gateway } = options;
  const at = point === undefined ? [] : [String(point)];
  return commandLine(
    withIds("prove", [id], toArgs({ crash: true, pack, builtin, trust, modelScript, gateway, at })),
  );
}

/** One run, unless the time is up. */
async function runAll(...[ids, crashing, ...rest]: Parameters<typeof runUnshown>): Promise<void> {
  if (performance.now() < crashing.until) await runUnshown(ids, crashing, ...rest);
}
