import { parseArgs } from "node:util";
import { loadAreas } from "./area.ts";
import { endEmbeddedGateway } from "./embedded.ts";
import { writePage } from "./page.ts";
import { findRelease, RELEASES } from "./release.ts";
import { changesSince, compareArea, readRows, writeRows } from "./rows.ts";

// `pnpm fidelity [area …]`: compares the embedded gateway with the releases that are installed, and writes the rows and
// the page. With `--check` it writes nothing; its exit code is 1 when a row has become worse.
const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    check: { type: "boolean", default: false },
    /** Leaves out areas that are slow. */
    quick: { type: "boolean", default: false },
    release: { type: "string", multiple: true },
  },
});

/** Of rows that are better: the rest shows in the diff. */
const MOST_LINES = 20;

const areas = await loadAreas();
const unknown = positionals.find((name) => !areas.has(name));
if (unknown !== undefined) throw new Error(`no area ${unknown}; there are ${[...areas.keys()].join(", ")}`);

const versions = values.release ?? RELEASES;
const releases = (await Promise.all(versions.map(findRelease))).filter((found) => {
  if (typeof found === "string") process.stdout.write(`not compared: ${found}\n`);
  return typeof found !== "string";
});

let worseRows = 0;
try {
  for (const [name, area] of areas) {
    if (positionals.length > 0 && !positionals.includes(name)) continue;
    if (values.quick && area.slow) continue;
    const obstacle = await area.obstacle?.();
    if (obstacle !== undefined) {
      process.stdout.write(`${name}: not compared: ${obstacle}\n`);
      continue;
    }
    const committed = await readRows(name);
    const compared = releases.map(({ version }) => version);
    const isCompared = ({ release }: { release: string }) => compared.includes(release);
    const computed = [];
    for (const release of releases) computed.push(...(await compareArea(name, area, release)));
    const { worse, better } = changesSince(committed.filter(isCompared), computed);
    for (const line of worse) process.stdout.write(`worse: ${line}\n`);
    for (const line of better.slice(0, MOST_LINES)) process.stdout.write(`better: ${line}\n`);
    worseRows += worse.length;
    if (!values.check) await writeRows(name, [...computed, ...committed.filter((row) => !isCompared(row))]);
    else if (better.length > 0) process.stdout.write("better rows: `pnpm fidelity` writes them\n");
    process.stdout.write(
      `${name}: ${computed.length} rows, ${worse.length} worse, ${better.length} better\n`,
    );
  }
  if (!values.check) await writePage();
} finally {
  await endEmbeddedGateway();
}
// The code of a release may have left timers behind.
process.exit(values.check && worseRows > 0 ? 1 : 0);
