import { parseArgs } from "node:util";
import { listAreas, loadArea } from "./area.ts";
import { endEmbeddedGateway } from "./embedded.ts";
import { writePage } from "./page.ts";
import { findRelease, RELEASES, type Release } from "./release.ts";
import { changesSince, compareArea, type Row, readRows, writeRows } from "./rows.ts";

// `pnpm fidelity [area …]`: compares the embedded gateway with the releases that are installed, and writes the rows and
// the page. With `--check` it writes nothing; its exit code is 1 when a row has become worse. `--page` only writes the
// page from the rows.
const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    check: { type: "boolean", default: false },
    page: { type: "boolean", default: false },
    /** Leaves out areas that are slow. */
    quick: { type: "boolean", default: false },
    release: { type: "string", multiple: true },
  },
});

/** Of rows that are better: the rest shows in the diff. */
const MOST_LINES = 20;

const say = (line: string) => process.stdout.write(`${line}\n`);

// Code of releases logs.
for (const level of ["log", "info", "warn", "error", "debug"] as const) console[level] = () => {};

let wrong = false;
if (!values.page) await compareAreas();
if (!values.check) await writePage();
// The code of a release may have left timers behind.
process.exit(wrong ? 1 : 0);

async function compareAreas(): Promise<void> {
  const areas = listAreas();
  const names = areas.map(({ name }) => name);
  const unknown = positionals.find((name) => !names.includes(name));
  if (unknown !== undefined) throw new Error(`no area ${unknown}; there are ${names.join(", ")}`);
  const releases: Release[] = [];
  for (const found of await Promise.all((values.release ?? RELEASES).map(findRelease))) {
    if (typeof found === "string") say(`not compared: ${found}`);
    else releases.push(found);
  }
  try {
    for (const { name, slow } of areas) {
      if (positionals.length > 0 && !positionals.includes(name)) continue;
      if (values.quick && slow) continue;
      try {
        await compare(name, releases);
      } catch (error) {
        // The rows of other areas say something all the same.
        wrong = true;
        say(`failed: ${name}: ${error instanceof Error ? error.stack : error}`);
      }
    }
  } finally {
    await endEmbeddedGateway();
  }
}

async function compare(name: string, releases: readonly Release[]): Promise<void> {
  const area = await loadArea(name);
  const obstacle = await area.obstacle?.();
  if (obstacle !== undefined) return void say(`${name}: not compared: ${obstacle}`);
  const committed = await readRows(name);
  const versions = releases.map(({ version }) => version);
  const isCompared = ({ release }: Row) => versions.includes(release);
  const others = committed.filter((row) => !isCompared(row));
  const computed: Row[] = [];
  for (const release of releases) {
    computed.push(...(await compareArea(name, area, release, [...computed, ...others])));
  }
  const { worse, better } = changesSince(committed.filter(isCompared), computed);
  for (const line of worse) say(`worse: ${line}`);
  for (const line of better.slice(0, MOST_LINES)) say(`better: ${line}`);
  say(`${name}: ${computed.length} rows, ${worse.length} worse, ${better.length} better`);
  if (!values.check) await writeRows(name, [...computed, ...others]);
  else {
    wrong ||= worse.length > 0;
    if (better.length > 0) say("better rows: `pnpm fidelity` writes them");
  }
}
