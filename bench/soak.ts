import { randomInt } from "node:crypto";
import { parseArgs } from "node:util";
import { errorMessage } from "../runner/base/errors.ts";
import { SeededRandom } from "../test/testing/kill/random.ts";
import { CALM, KINDS, NotHere } from "./soak/kinds.ts";
import { Place } from "./soak/place.ts";
import { Program } from "./soak/program.ts";

// `pnpm soak [--duration 1h] [--kinds interrupt,load] [--seed n] [--rounds n]`: interrupts, kills, full disks, load and
// hostile packs, in turn, for the chosen time; prints what was tried and what was lost. docs/reliability.md says more.

const { values } = parseArgs({
  options: {
    duration: { type: "string", default: "10m" },
    kinds: { type: "string", default: Object.keys(KINDS).join(",") },
    rounds: { type: "string", default: "Infinity" },
    seed: { type: "string" },
  },
});
const kinds = values.kinds.split(",");
for (const name of kinds) {
  if (!Object.hasOwn(KINDS, name))
    fail(`there is no kind ${name}; there are ${Object.keys(KINDS).join(", ")}`);
}
const durationMs = millisecondsOf(values.duration);
const rounds = Number(values.rounds);
const firstSeed = Number(values.seed ?? randomInt(2 ** 31));
if (!(rounds > 0) || !Number.isSafeInteger(firstSeed)) fail("--rounds and --seed are numbers");

interface Count {
  tried: number;
  held: number;
  lost: number;
  /** Why it cannot be tried here. */
  notHere?: string;
}

/** A loss, with what repeats the round that had it. */
interface Loss {
  kind: string;
  seed: number;
  problems: string[];
}

const OUTPUT_SHOWN = 2_500;

const counts = new Map<string, Count>(kinds.map((kind) => [kind, { tried: 0, held: 0, lost: 0 }]));
const losses: Loss[] = [];
const startedAt = performance.now();
let interrupted = false;
let current: Place | undefined;

for (const signal of ["SIGINT", "SIGTERM"] as const) {
  process.on(signal, () => {
    interrupted = true;
    // The round that is under way comes to its end at once and does not count.
    void current?.remove();
  });
}
process.stdout.write(`seed ${firstSeed}, for ${values.duration}: ${kinds.join(", ")}\n`);
const runMs = await undisturbed();
const seeds = new SeededRandom(firstSeed);
let seed = firstSeed;
const isOver = (round: number) =>
  interrupted || round >= rounds || performance.now() - startedAt > durationMs;
for (let round = 0; !isOver(round); round += 1) {
  for (const kind of kinds) {
    if (isOver(round)) break;
    await tryOnce(kind, seed);
  }
  seed = Math.floor(seeds.below(2 ** 31));
  process.stdout.write(`${minutesSoFar()} min: ${round + 1} times each, ${losses.length} lost\n`);
}
report();
process.exitCode = losses.length > 0 ? 1 : 0;

async function tryOnce(kind: string, seed: number): Promise<void> {
  const count = counts.get(kind);
  if (!count || count.notHere !== undefined) return;
  const place = await Place.create();
  current = place;
  try {
    const problems = await problemsOf(kind, seed, place);
    if (interrupted) return;
    count.tried += 1;
    count[problems.length === 0 ? "held" : "lost"] += 1;
    if (problems.length > 0) lose({ kind, seed, problems });
  } catch (error) {
    if (!(error instanceof NotHere)) throw error;
    count.notHere = error.message;
  } finally {
    current = undefined;
    await place.remove();
  }
}

async function problemsOf(kind: string, seed: number, place: Place): Promise<string[]> {
  try {
    return (await KINDS[kind]?.({ place, random: new SeededRandom(seed), seed, runMs })) ?? [];
  } catch (error) {
    if (error instanceof NotHere) throw error;
    return [errorMessage(error)];
  }
}

function lose(loss: Loss): void {
  losses.push(loss);
  process.stdout.write(`\n${minutesSoFar()} min: lost, ${loss.kind}, seed ${loss.seed}\n`);
  for (const problem of loss.problems) process.stdout.write(`${problem.slice(0, OUTPUT_SHOWN)}\n`);
}

/** How long a run takes that nothing happens to, on this machine and today. */
async function undisturbed(): Promise<number> {
  const place = await Place.create();
  current = place;
  try {
    const begun = performance.now();
    const { code, output } = await Program.run(place, CALM).ended();
    if (code !== 0 && !interrupted) fail(`a run that nothing happens to ends with ${code}\n${output}`);
    return performance.now() - begun;
  } finally {
    current = undefined;
    await place.remove();
  }
}

function report(): void {
  const lines = [
    `${minutesSoFar()} min, seed ${firstSeed}${interrupted ? ", interrupted" : ""}`,
    "",
    "| kind | tried | held | lost |",
    "|---|---|---|---|",
    ...[...counts].map(([kind, { tried, held, lost, notHere }]) =>
      notHere === undefined
        ? `| ${kind} | ${tried} | ${held} | ${lost} |`
        : `| ${kind} | not here: ${notHere} | | |`,
    ),
    "",
    ...losses.map(
      ({ kind, seed, problems: [first = ""] }) =>
        `lost: ${kind}, seed ${seed}: ${first.split("\n", 1)[0]}\n  again: pnpm soak --kinds ${kind} --seed ${seed} --rounds 1`,
    ),
  ];
  process.stdout.write(`\n${lines.join("\n")}\n`);
}

function minutesSoFar(): string {
  return ((performance.now() - startedAt) / 60_000).toFixed(1);
}

function millisecondsOf(text: string): number {
  const [, amount, unit] = /^(\d+)(s|m|h)$/.exec(text) ?? fail("--duration is for instance 90s, 10m or 1h");
  return Number(amount) * { s: 1_000, m: 60_000, h: 3_600_000 }[unit as "s" | "m" | "h"];
}

function fail(message: string): never {
  process.stderr.write(`${message}\n`);
  process.exit(2);
}
