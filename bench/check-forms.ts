import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { summarize, timeCommand } from "./measure.ts";
import { type Form, writeScenarioPack } from "./scenario-pack.ts";

// `node bench/check-forms.ts [pairs]`: compares `qa check` of 1,000 scenarios of steps as headings with that of 1,000 of the
// older form that do the same. Each pair runs one after the other, in changing order, so that a busy machine is as busy for
// both; what counts is the middle of the pairs' ratios.

const ROOT = resolve(import.meta.dirname, "..");
const CLI = join(ROOT, "runner/cli/main.js");
const COUNT = 1_000;
const PAIRS = 9;

const folder = await mkdtemp(join(tmpdir(), "gateway-qa-bench-"));
try {
  const packs = { flow: join(folder, "flow"), steps: join(folder, "steps") };
  for (const form of ["flow", "steps"] as const) await writeScenarioPack(packs[form], COUNT, form);
  const check = (form: Form) => timeCommand(process.execPath, [CLI, "check", packs[form]], ROOT);
  // The first ones fill the compile cache.
  await check("flow");
  await check("steps");
  const times = { flow: [] as number[], steps: [] as number[] };
  for (let pair = 0; pair < Number(process.argv[2] ?? PAIRS); pair += 1) {
    const order: Form[] = pair % 2 === 0 ? ["flow", "steps"] : ["steps", "flow"];
    for (const form of order) times[form].push(await check(form));
  }
  const ratio = summarize(times.steps.map((time, index) => time / (times.flow[index] ?? Number.NaN)));
  const ms = (list: readonly number[]) => Math.round(summarize(list).median);
  process.stdout.write(
    `qa check of ${COUNT} scenarios, ${times.flow.length} pairs: older form ${ms(times.flow)} ms, ` +
      `steps ${ms(times.steps)} ms (medians); ratio ${ratio.median.toFixed(2)}, ` +
      `from ${ratio.min.toFixed(2)} to ${ratio.max.toFixed(2)}\n`,
  );
} finally {
  await rm(folder, { recursive: true, force: true });
}
