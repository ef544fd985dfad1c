import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, it } from "vitest";
import { HOT_RELOAD, SELF_UPDATE } from "../../../test/testing/upstream-files.ts";
import { parseText } from "../testing/parse.ts";
import { plainValue } from "../yaml/yaml.ts";
import { applyEdits, formatScenario } from "./format.ts";

const ROOT = join(import.meta.dirname, "../../..");

function format(text: string, path = "/a.md"): string {
  return applyEdits(
    text,
    formatScenario({ path, text }, (action) => action === "expectInOrder"),
  );
}

/** What a file says, wherever it stands in it. */
function meaning(text: string, name: string) {
  const parsed = parseText(text, name, true);
  if (parsed.kind !== "scenario" || !parsed.scenario) throw new Error(`${name} is no scenario`);
  const { id, meta, form, prose, flow, modelScript } = parsed.scenario;
  const values =
    flow &&
    ("node" in flow
      ? plainValue(flow)
      : flow.map(({ name: step, blocks }) => [step, blocks.map(plainValue)]));
  return { id, meta, form, prose, values, script: modelScript };
}

const SCENARIOS = join(ROOT, "qa/scenarios");
const files = readdirSync(SCENARIOS, { recursive: true, encoding: "utf8" })
  .filter((name) => name.endsWith(".md"))
  .map((name): [string, string] => [name, readFileSync(join(SCENARIOS, name), "utf8")]);
const samples: [string, string][] = [
  ...files,
  ...Object.entries({ HOT_RELOAD, SELF_UPDATE }).map(([name, text]): [string, string] => [
    `${name}.md`,
    text,
  ]),
];

it("keeps the meaning of every scenario of this repository and of upstream's samples, and is done after once", () => {
  expect(samples.length).toBeGreaterThan(40);
  for (const [name, text] of samples) {
    const once = format(text);
    expect(meaning(once, name)).toEqual(meaning(text, name));
    expect(format(once)).toBe(once);
  }
});
