import { mkdir, mkdtemp, readdir, rm, stat } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { execa } from "execa";
import { CACHE, ROOT } from "../runner/base/places.js";
import { summarize, type Times, timeCommand } from "./measure.ts";
import { writeScenarioPack } from "./scenario-pack.ts";

// `pnpm bench:package [runs]`: builds, packs and installs the package, and prints its sizes, and its times beside the
// checkout's in a repository of 46 scenarios. Both take turns, so that a load of the machine is the same for both.

const SCENARIOS = 46;
const RUNS = Number(process.argv[2] ?? 9);

/** Where what was found in scenarios is kept. */
const FOUND = ["scenarios", "lanes"];

interface Program {
  path: string;
  /** Holds what it keeps. */
  cache(): Promise<string>;
}

const folder = await mkdtemp(join(tmpdir(), "gateway-qa-bench-"));
try {
  await bench();
} finally {
  await rm(folder, { recursive: true, force: true });
}

async function bench(): Promise<void> {
  const repository = join(folder, "their plugin");
  await mkdir(join(repository, ".git"), { recursive: true });
  await writeScenarioPack(join(repository, "qa/scenarios"), SCENARIOS, "steps");
  const tarball = await pack();
  const home = join(folder, "home");
  await mkdir(home);
  await execa("npm", ["install", "--prefix", home, "--no-audit", "--no-fund", tarball]);
  const ours = join(folder, "cache");
  const tool = join(ours, "tool");
  const packaged: Program = {
    path: join(home, "node_modules/gateway-qa/dist/main.js"),
    cache: async () => join(tool, (await readdir(tool))[0] ?? ""),
  };
  const checkout: Program = { path: join(ROOT, "runner/cli/main.js"), cache: async () => CACHE };
  const time = ({ path }: Program, args: readonly string[]) =>
    timeCommand(process.execPath, [path, ...args], repository, {
      GATEWAY_QA_CACHE: ours,
      npm_lifecycle_event: "",
    });

  const run = ["run", "generated-0", "--out"];
  const first = await time(packaged, [...run, join(folder, "first")]);
  console.log(`| packed | ${megabytes((await stat(tarball)).size)} |`);
  console.log(`| installed | ${megabytes(await sizeOf(join(home, "node_modules")))} |`);
  console.log(`| kept in the cache after a first run | ${megabytes(await sizeOf(ours))} |`);
  console.log(`| that first run, which unpacks the gateway | ${Math.round(first)} ms |\n`);

  let count = 0;
  const cases: Record<string, { args: () => string[]; cold?: true }> = {
    "--version": { args: () => ["--version"] },
    "list, for the first time": { args: () => ["list"], cold: true },
    "list, again": { args: () => ["list"] },
    "check, for the first time": { args: () => ["check"], cold: true },
    "check, again": { args: () => ["check"] },
    "run, one scenario": { args: () => [...run, join(folder, `report-${count++}`)] },
  };
  console.log("| ms: median (min to max) | package | checkout |\n|---|---|---|");
  for (const [name, { args, cold }] of Object.entries(cases)) {
    const times = new Map<Program, number[]>([packaged, checkout].map((program) => [program, []]));
    for (let sample = -1; sample < RUNS; sample += 1) {
      for (const [program, taken] of times) {
        if (cold) await forget(program);
        const ms = await time(program, args());
        if (sample >= 0) taken.push(ms);
      }
    }
    const cells = [...times.values()].map((taken) => text(summarize(taken)));
    console.log(`| \`${name.replace(/,|$/, "`$&")} | ${cells.join(" | ")} |`);
  }
}

async function pack(): Promise<string> {
  await execa("npx", ["-y", "pnpm@10", "pack", "--pack-destination", folder], { cwd: ROOT });
  const name = (await readdir(folder)).find((entry) => entry.endsWith(".tgz"));
  return join(folder, String(name));
}

async function forget({ cache }: Program): Promise<void> {
  for (const found of FOUND) await rm(join(await cache(), found), { recursive: true, force: true });
}

async function sizeOf(root: string): Promise<number> {
  const entries = await readdir(root, { recursive: true, withFileTypes: true });
  const files = entries.filter((entry) => entry.isFile());
  const sizes = await Promise.all(
    files.map(async ({ parentPath, name }) => (await stat(join(parentPath, name))).size),
  );
  return sizes.reduce((sum, size) => sum + size, 0);
}

function megabytes(bytes: number): string {
  return `${(bytes / 1_000_000).toFixed(1)} MB`;
}

function text({ min, median, max }: Times): string {
  return `${Math.round(median)} (${Math.round(min)} to ${Math.round(max)})`;
}
