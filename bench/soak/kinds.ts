import { spawn } from "node:child_process";
import { mkdir, writeFile } from "node:fs/promises";
import { availableParallelism } from "node:os";
import { dirname, join } from "node:path";
import { delay } from "../../runner/base/timers.ts";
import { badText } from "../../test/testing/bad-text.ts";
import type { SeededRandom } from "../../test/testing/kill/random.ts";
import { HARMLESS, hostiles, hostileText } from "./hostile.ts";
import type { Place } from "./place.ts";
import { type Ended, Program, ROOT, untruths } from "./program.ts";

/** One try of a kind. */
interface Round {
  place: Place;
  random: SeededRandom;
  seed: number;
  /** Milliseconds that an undisturbed run of `CALM` took. */
  runMs: number;
}

/** @returns what did not hold; empty if all did. An error thrown is a problem as well. */
type Kind = (round: Round) => Promise<string[]>;

/** Scenarios of this repository that take a second each and use different parts. */
export const CALM = [
  "dm-chat-baseline",
  "config-patch-hot-apply",
  "plugin-switch",
  "gateway-restart-inflight-run",
] as const;

/** Time after a run for its processes and folders to be gone. */
const GONE_MS = 15_000;

/** What soak does to runs and gateways, by the name that `--kinds` takes. */
export const KINDS: Readonly<Record<string, Kind>> = {
  interrupt,
  "kill-runner": killRunner,
  "kill-child": killChild,
  freeze,
  "kill-gateway": ({ place, seed }) => program(place, ["bench/kill.ts", "6", String(seed)]),
  "kill-update": ({ place, seed }) =>
    program(place, ["bench/kill-update.ts", "--kills", "3", "--seed", String(seed)]),
  "disk-of-gateway": diskOfGateway,
  "disk-of-report": diskOfReport,
  load,
  hostile,
  "bad-files": badFiles,
};

/** SIGINT or SIGTERM at any moment, sometimes twice, to the runner alone or to its group. */
async function interrupt({ place, random, runMs }: Round): Promise<string[]> {
  const run = Program.run(place, CALM);
  await delay(random.below(runMs * 1.2));
  const signal = random.next() < 0.5 ? "SIGINT" : "SIGTERM";
  const toGroup = random.next() < 0.3;
  const send = (): void => {
    if (!run.hasEnded && run.child.pid) process.kill(toGroup ? -run.child.pid : run.child.pid, signal);
  };
  send();
  if (random.next() < 0.4) {
    await delay(random.below(500));
    send();
  }
  const ended = await run.ended();
  // Before the program has begun, the system ends it.
  const isRight = [0, 130].includes(ended.code ?? -1) || (ended.code === null && !ended.begun);
  return [
    ...(isRight ? [] : [`${signal} gave exit code ${ended.code}\n${ended.output}`]),
    ...untruths(ended, CALM),
    ...(await nothingLeft(place)),
  ];
}

/** SIGKILL at any moment, sometimes of a stopped runner; what it leaves is gone after the next run. */
async function killRunner({ place, random, runMs }: Round): Promise<string[]> {
  const run = Program.run(place, CALM);
  await delay(random.below(runMs * 1.2));
  if (random.next() < 0.3) {
    run.child.kill("SIGSTOP");
    await delay(random.below(1_000));
  }
  run.child.kill("SIGKILL");
  const ended = await run.ended();
  const left = await place.processesGone(GONE_MS);
  const [next] = CALM;
  const after = await Program.run(place, [next], join(place.folder, "next")).ended();
  return [
    ...untruths(ended, CALM),
    ...left,
    ...(after.code === 0 ? [] : [`the next run ended with ${after.code}\n${after.output}`]),
    ...untruths(after, [next]),
    ...(await nothingLeft(place)),
  ];
}

/** SIGKILL for one of the run's other processes: the run ends, and every scenario has a verdict. */
async function killChild({ place, random, runMs }: Round): Promise<string[]> {
  const run = Program.run(place, CALM);
  const victim = await childOf(place, run, random, runMs);
  if (victim !== undefined) signalIfThere(victim, "SIGKILL");
  return [...allVerdicts(await run.ended(), CALM), ...(await nothingLeft(place))];
}

/** SIGSTOP for a few seconds, for the runner or one of its processes. */
async function freeze({ place, random, runMs }: Round): Promise<string[]> {
  const run = Program.run(place, CALM);
  const ofRunner = random.next() < 0.5;
  const child = await childOf(place, run, random, runMs);
  const victim = ofRunner ? run.child.pid : child;
  if (victim !== undefined && !run.hasEnded) {
    signalIfThere(victim, "SIGSTOP");
    await delay(500 + random.below(4_000));
    signalIfThere(victim, "SIGCONT");
  }
  const ended = await run.ended();
  return [
    ...(ended.code === 0 ? [] : [`a pause ended the run with ${ended.code}\n${ended.output}`]),
    ...allVerdicts(ended, CALM),
    ...(await nothingLeft(place)),
  ];
}

/** The gateway's folder is on a disk that is full from time to time. */
async function diskOfGateway({ place, seed }: Round): Promise<string[]> {
  const disk = await place.mountDisk("24m");
  if (disk === undefined) throw new NotHere("no disk can be mounted");
  return program(place, ["bench/soak/full-disk.ts", String(seed)], { TMPDIR: disk });
}

/** The report goes to a disk that is too small for it. */
async function diskOfReport({ place, random }: Round): Promise<string[]> {
  const disk = await place.mountDisk(`${4 + Math.floor(random.below(60))}k`);
  if (disk === undefined) throw new NotHere("no disk can be mounted");
  const ended = await Program.run(place, CALM, join(disk, "report")).ended();
  return [...untruths(ended, CALM), ...(await nothingLeft(place))];
}

/** Several runs beside processes that use all cores. */
async function load({ place, random }: Round): Promise<string[]> {
  const count = availableParallelism() * 2;
  const busy = Array.from({ length: count }, () =>
    spawn(process.execPath, ["-e", "for(;;);"], { stdio: "ignore" }),
  );
  try {
    const runs = Array.from({ length: 2 + Math.floor(random.below(2)) }, (_, index) =>
      Program.run(place, CALM, join(place.folder, `report-${index}`)),
    );
    const ended = await Promise.all(runs.map((run) => run.ended(600_000)));
    return [
      ...ended.flatMap((each) => [
        ...(each.code === 0 || isBlocked(each) ? [] : [`load ended a run with ${each.code}\n${each.output}`]),
        ...allVerdicts(each, CALM),
      ]),
      ...(await nothingLeft(place)),
    ];
  } finally {
    for (const child of busy) child.kill("SIGKILL");
  }
}

/** A scenario that attacks beside one that must not notice. */
async function hostile({ place, random }: Round): Promise<string[]> {
  const exits = await write(place, "exits.mjs", "process.exit(0);\n");
  const all = hostiles(exits);
  const chosen = all[Math.floor(random.below(all.length))];
  if (!chosen) throw new Error("there is no hostile scenario");
  await write(place, `pack/${chosen.name}.md`, hostileText(chosen));
  await write(place, "pack/harmless.md", HARMLESS);
  const args = ["--pack", "pack", "--trust", chosen.name, "harmless"];
  const ended = await Program.run(place, random.next() < 0.5 ? [...args, "--jobs", "1"] : args).ended();
  const verdictOf = (id: string) => ended.report?.scenarios.find((scenario) => scenario.id === id)?.verdict;
  const problems = [
    ...(verdictOf("harmless") === "passed" ? [] : [`harmless: ${verdictOf("harmless")}\n${ended.output}`]),
    ...(chosen.mustNotPass && verdictOf(chosen.name) === "passed" ? ["the attack passed"] : []),
    ...allVerdicts(ended, [chosen.name, "harmless"]),
    ...(await nothingLeft(place)),
  ];
  return problems.map((problem) => `${chosen.name}: ${problem}`);
}

/** Files at random that a parser could choke on, beside one that is good. */
async function badFiles({ place, random }: Round): Promise<string[]> {
  await write(place, "pack/harmless.md", HARMLESS);
  for (let index = 0; index < 6; index += 1) {
    await write(place, `pack/bad-${index}.${random.next() < 0.8 ? "md" : "yaml"}`, badText(random));
  }
  const check = await Program.qa(place, "check", "--pack", "pack", "--json").ended(60_000);
  const run = await Program.run(place, ["harmless", "--pack", "pack"]).ended();
  return [
    ...([0, 3].includes(check.code ?? -1) ? [] : [`check ended with ${check.code}\n${check.output}`]),
    ...(run.code === 0 ? [] : [`a good file beside bad ones: exit code ${run.code}\n${run.output}`]),
    ...untruths(run, ["harmless"]),
  ];
}

/** A kind cannot be tried on this machine. */
export class NotHere extends Error {}

async function program(
  place: Place,
  [file = "", ...args]: string[],
  env?: NodeJS.ProcessEnv,
): Promise<string[]> {
  const { code, output } = await Program.node(place, [join(ROOT, file), ...args], env).ended(600_000);
  return [...(code === 0 ? [] : [output]), ...(await nothingLeft(place))];
}

function allVerdicts(ended: Ended, planned: readonly string[]): string[] {
  const known = new Set(ended.report?.scenarios.map(({ id }) => id));
  const without = planned.filter((id) => !known.has(id));
  const problem = `exit code ${ended.code}, and no verdict for ${without.join(", ")}\n${ended.output}`;
  return [...(without.length > 0 ? [problem] : []), ...untruths(ended, planned)];
}

/** The machine was too busy, and the report says so: no fault of anything that was tested. */
function isBlocked({ code, report }: Ended): boolean {
  const verdicts = report?.scenarios.map(
    ({ verdict, fault }) => verdict === "passed" || fault === "environment",
  );
  return code === 4 && verdicts?.every(Boolean) === true;
}

async function nothingLeft(place: Place): Promise<string[]> {
  return [...(await place.processesGone(GONE_MS)), ...(await place.foldersGone(GONE_MS))];
}

/** A process of the run but the runner, at a random moment of it. */
async function childOf(
  place: Place,
  run: Program,
  random: SeededRandom,
  runMs: number,
): Promise<number | undefined> {
  await delay(random.below(runMs));
  const others = (await place.processes()).filter((pid) => pid !== run.child.pid);
  return others[Math.floor(random.below(others.length))];
}

function signalIfThere(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(pid, signal);
  } catch {
    // It has just ended.
  }
}

async function write(place: Place, name: string, text: string): Promise<string> {
  const path = join(place.folder, name);
  await mkdir(dirname(path), { recursive: true });
  await writeFile(path, text);
  return path;
}
