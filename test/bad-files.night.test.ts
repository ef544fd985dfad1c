import { expect, test } from "vitest";
import { FLOW_API, STATEMENTS } from "../runner/actions/vocabulary.ts";
import { compileFlow } from "../runner/flow/compile/compile.ts";
import { ALL_PERMISSIONS } from "../runner/flow/host-names.ts";
import { parseText } from "../runner/scenario/testing/parse.ts";
import { badText } from "./testing/bad-text.ts";
import { SeededRandom } from "./testing/kill/random.ts";

/** A file takes a tenth of it at most, and what does not take time that is linear takes minutes. */
const CPU_LIMIT_MS = 10_000;
const FILES = 4_000;

test("no file makes a parser crash or compute without end", { timeout: 1_200_000 }, () => {
  const seed = Math.floor(Math.random() * 2 ** 31);
  const seeds = new SeededRandom(seed);
  for (let index = 0; index < FILES; index += 1) {
    const own = Math.floor(seeds.below(2 ** 31));
    const name = index % 5 === 0 ? "demo/a.yaml" : "demo/a.md";
    const about = `${name} of \`badText(new SeededRandom(${own}))\`, ${index} of seed ${seed}`;
    const before = process.cpuUsage();
    // Here nothing unforeseen becomes a diagnostic of the file: it fails the test.
    expect(() => read(badText(new SeededRandom(own)), name), about).not.toThrow();
    const { user, system } = process.cpuUsage(before);
    expect((user + system) / 1000, about).toBeLessThan(CPU_LIMIT_MS);
  }
});

function read(text: string, name: string): void {
  const parsed = parseText(text, name);
  if (parsed.kind !== "scenario" || !parsed.scenario?.flow) return;
  const pack = { foreign: false };
  compileFlow(parsed.scenario.flow, {
    vocabulary: FLOW_API,
    statements: STATEMENTS,
    permissions: ALL_PERMISSIONS,
    pack,
  });
}
