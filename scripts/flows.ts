import { flowSizes, isCounted, total, usedOnce } from "./flow-sizes.ts";

// `node scripts/flows.ts`: how much there is to read of the scenarios' flows, and what only one of them uses.

const sizes = flowSizes();
for (const { id, hasHeadings, lines, characters, lambdas, envs, expressions } of sizes)
  print(id, hasHeadings ? "headings" : "flow", { lines, characters, lambdas, envs, expressions });
const counted = sizes.filter(isCounted);
print(`the ${counted.length} of the goal`, "", total(counted));
print(`all ${sizes.length}`, "", total(sizes));
for (const [action, id] of usedOnce(sizes)) process.stdout.write(`only ${id} uses ${action}\n`);

function print(name: string, form: string, numbers: Record<string, number>): void {
  const columns = Object.entries(numbers).map(([of, number]) => `${String(number).padStart(6)} ${of}`);
  process.stdout.write(`${name.padEnd(36)}${form.padEnd(9)}${columns.join("")}\n`);
}
