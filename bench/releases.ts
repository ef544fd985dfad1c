import { rm } from "node:fs/promises";
import { join } from "node:path";
import { cacheFolder, ReleaseCache } from "../runner/gateway/openclaw/cache.ts";
import type { RunReport } from "../runner/report/schema/report-schema.ts";
import { reportIn, summarize, type Times } from "./measure.ts";

/** Runs the command line with these arguments and returns its wall time in milliseconds. */
type Qa = (...args: string[]) => Promise<number>;

const ONE = "dm-chat-baseline";
const SEVEN: readonly string[] = [
  "plugin-lifecycle-hot-reload",
  "config-patch-hot-apply",
  "skill-install-hot-availability",
  "dm-chat-baseline",
  "channel-chat-baseline",
  "thread-follow-up",
  "reaction-edit-delete",
];

/** Ways to run several scenarios; the first is what the others are compared with. */
const WAYS: readonly [what: string, flags: readonly string[]][] = [
  ["a gateway each, one after the other", ["--jobs", "1", "--boot-ahead", "0"]],
  ["one shared as long as it is as it was", ["--jobs", "1", "--share-gateway"]],
  ["the next gateway starts while one is used", ["--jobs", "1"]],
  ["two at once", ["--jobs", "2", "--boot-ahead", "0"]],
];

export interface ReleaseTimes {
  version: string;
  coldReady: Times;
  warmReady: Times;
  whole: Times;
  /** Share of the whole command that is neither the gateway's boot nor a step that waits for it. */
  overhead: Times;
  seven: { what: string; times: Times; ratio: number }[];
}

/** Times one installed release; without its compiled code it starts as it does right after its install. */
export async function measureRelease(
  folder: string,
  version: string,
  runs: number,
  qa: Qa,
): Promise<ReleaseTimes> {
  const gateway = ["--gateway", `openclaw@${version}`];
  await qa("gateway", "install", version);
  const compiled = join(new ReleaseCache(cacheFolder(process.env)).rootOf(version), "compile-cache");
  let serial = 0;
  const run = async (...args: string[]) => {
    const out = join(folder, `release-${version}-${serial++}`);
    const wallMs = await qa("run", ...args, ...gateway, "--out", out);
    return { wallMs, report: await reportIn(out) };
  };

  const cold: number[] = [];
  for (let index = 0; index < runs; index += 1) {
    await rm(compiled, { recursive: true, force: true });
    cold.push(readyMs((await run(ONE)).report));
  }
  const warm: number[] = [];
  const whole: number[] = [];
  const overhead: number[] = [];
  for (let index = 0; index < runs; index += 1) {
    const { wallMs, report } = await run(ONE);
    warm.push(readyMs(report));
    whole.push(wallMs);
    overhead.push((100 * (wallMs - gatewayMs(report))) / wallMs);
  }
  const times = WAYS.map(([what, flags]) => ({ what, flags, wall: [] as number[] }));
  // In turn, so that a change in the machine's speed affects all of them.
  for (let index = 0; index < runs; index += 1) {
    for (const way of times) way.wall.push((await run(...SEVEN, ...way.flags)).wallMs);
  }
  const first = summarize(times[0]?.wall ?? []).median;
  return {
    version,
    coldReady: summarize(cold),
    warmReady: summarize(warm),
    whole: summarize(whole),
    overhead: summarize(overhead),
    seven: times.map(({ what, wall }) => {
      const summary = summarize(wall);
      return { what, times: summary, ratio: summary.median / first };
    }),
  };
}

function readyMs({ scenarios }: RunReport): number {
  return scenarios[0]?.gateway?.readyMs ?? Number.NaN;
}

/** Time that the gateway needs itself: its boot, and what the steps wait for. */
function gatewayMs({ scenarios }: RunReport): number {
  const [scenario] = scenarios;
  const steps = scenario?.steps.reduce((sum, { durationMs = 0 }) => sum + durationMs, 0) ?? 0;
  return (scenario?.gateway?.rpcMs ?? 0) + steps;
}
