import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { Wakeups } from "../runner/base/wakeups.ts";
import { QaBus } from "../runner/channel/bus.ts";
import { waitForOutboundMessage } from "../runner/channel/outbound-waits.ts";
import { measureRestart, measureUpdate, UPDATE_GUARD } from "./downtime.ts";
import { measure, printTable, reportIn, summarize, type Times, timeCommand } from "./measure.ts";
import { measureRegistry } from "./plugins.ts";
import { measureRelease } from "./releases.ts";
import { writeScenarioPack } from "./scenario-pack.ts";
import { measureWatch } from "./watch.ts";

// `pnpm bench [versions of OpenClaw…]`: prints tables and asserts nothing. Without versions it measures the runner and
// the embedded gateway, with versions these releases. docs/performance.md says how to read them.

const ROOT = resolve(import.meta.dirname, "..");
const CLI = join(ROOT, "runner/cli/main.js");
const SCENARIO = "plugin-lifecycle-hot-reload";

const RELEASE_RUNS = 3;

const folder = await mkdtemp(join(tmpdir(), "gateway-qa-bench-"));
const qa = (...args: string[]) => timeCommand(process.execPath, [CLI, ...args], ROOT);
const versions = process.argv.slice(2);
try {
  if (versions.length === 0) await benchEmbedded();
  for (const version of versions) await benchRelease(version);
} finally {
  await rm(folder, { recursive: true, force: true });
}

async function benchEmbedded(): Promise<void> {
  const pack = join(folder, "pack");
  await writeScenarioPack(pack, 1000);
  const qaThatMayUpdate = (...args: string[]) =>
    timeCommand(process.execPath, [CLI, ...args], ROOT, { [UPDATE_GUARD]: "1" });

  const rows: [what: string, aim: string, times: Times][] = [];
  rows.push([
    "node itself (an empty program)",
    "",
    await measure(10, () => timeCommand(process.execPath, ["-e", "0"], ROOT)),
  ]);
  rows.push(["qa --version", "", await measure(10, () => qa("--version"))]);
  rows.push(["qa list", "150 ms", await measure(10, () => qa("list"))]);
  rows.push(["qa check", "150 ms", await measure(10, () => qa("check"))]);

  const readyTimes: number[] = [];
  const whole = await measure(10, async () => {
    const out = join(folder, `run-${readyTimes.length}`);
    const time = await qa("run", SCENARIO, "--out", out);
    readyTimes.push(await readyMs(out));
    return time;
  });
  rows.push(["embedded gateway, spawn to ready", "150 ms", summarize(readyTimes.slice(1))]);
  rows.push([`qa run ${SCENARIO}`, "1 s", whole]);
  const file = join(ROOT, `qa/scenarios/plugins/${SCENARIO}.md`);
  const watch = await measureWatch(CLI, ROOT, SCENARIO, file, 10, join(folder, "watch"));
  rows.push([`qa run ${SCENARIO} --watch, from a save to the verdict`, "600 ms", watch]);
  rows.push(["qa check of 1,000 scenarios", "2 s", await measure(3, () => qa("check", pack))]);
  rows.push(["reaction of a wait to its event", "5 ms", await measure(50, reactionMs)]);

  printTable(
    ["what", "aim", "min ms", "median ms", "max ms"],
    rows.map(([what, aim, { min, median, max }]) => [what, aim, ms(min), ms(median), ms(max)]),
  );

  const registries = [
    await measureRegistry(folder, 5, true, qa),
    await measureRegistry(folder, 150, true, qa),
    await measureRegistry(folder, 150, false, qa),
  ];
  process.stdout.write("\n");
  printTable(
    ["medians of 5 runs", "", "ready ms", "list ms", "first turn ms", "imports"],
    registries.map(({ what, ready, list, firstTurn, imports }) => [
      what,
      "",
      ms(ready.median),
      ms(list.median),
      ms(firstTurn.median),
      String(imports),
    ]),
  );

  const downtimes = [await measureRestart(folder, qa), await measureUpdate(folder, qaThatMayUpdate)];
  process.stdout.write("\n");
  printTable(
    ["longest time without a health answer", "", "min ms", "median ms", "max ms"],
    downtimes.map(({ what, gap }) => [what, "", ms(gap.min), ms(gap.median), ms(gap.max)]),
  );
}

async function benchRelease(version: string): Promise<void> {
  const { coldReady, warmReady, whole, overhead, seven } = await measureRelease(
    folder,
    version,
    RELEASE_RUNS,
    qa,
  );
  const row = (what: string, aim: string, { min, median, max }: Times) => [
    what,
    aim,
    ms(min),
    ms(median),
    ms(max),
  ];
  printTable(
    [`openclaw@${version}`, "aim", "min", "median", "max"],
    [
      row("spawn to ready, nothing compiled yet, ms", "", coldReady),
      row("spawn to ready, warm, ms", "", warmReady),
      row("qa run dm-chat-baseline, the whole command, ms", version === "2026.4.26" ? "3 500" : "", whole),
      row("… share that is not the gateway's, %", "5", overhead),
    ],
  );
  process.stdout.write("\n");
  printTable(
    ["seven scenarios", "", "min ms", "median ms", "max ms", "ratio"],
    seven.map(({ what, times, ratio }) => [...row(what, "", times), ratio.toFixed(2)]),
  );
}

async function readyMs(reportFolder: string): Promise<number> {
  return (await reportIn(reportFolder)).scenarios[0]?.gateway?.readyMs ?? Number.NaN;
}

/** From a message on the bus to the wait that it satisfies, with an interval far longer than both. */
async function reactionMs(): Promise<number> {
  const bus = new QaBus(new Wakeups());
  const waiting = waitForOutboundMessage(bus, (message) => message.text === "now", 10_000);
  await new Promise((done) => setImmediate(done));
  const startedAt = performance.now();
  bus.addOutboundMessage({ to: "dm:alice", text: "now" });
  await waiting;
  return performance.now() - startedAt;
}

function ms(value: number): string {
  return value < 10 ? value.toFixed(2) : value.toFixed(0);
}
