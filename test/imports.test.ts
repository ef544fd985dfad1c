import { globSync, readFileSync } from "node:fs";
import { dirname, relative, resolve } from "node:path";
import { expect, test } from "vitest";
import { ROOT } from "./testing/qa.ts";

/**
 * Which rooms of the runner a room may import from. Tests may import anything.
 * Type-only imports count: a room should not even know the other's shapes.
 */
const ALLOWED: Record<string, readonly string[]> = {
  base: [],
  scenario: ["base"],
  flow: ["base", "scenario"],
  shape: ["base"],
  http: ["base"],
  channel: ["base", "http"],
  model: ["base", "http", "scenario"],
  report: ["base", "scenario"],
  gateway: ["base"],
  actions: ["base", "channel", "flow", "gateway", "model"],
  plan: ["actions", "base", "flow", "gateway", "run", "scenario"],
  results: ["base", "report"],
  lanes: ["base", "gateway", "plan", "report", "results", "scenario"],
  run: ["actions", "base", "channel", "flow", "gateway", "model", "report", "scenario", "shape"],
  parity: ["base", "report", "shape"],
  "release-check": ["actions", "base", "channel", "gateway", "run"],
  cli: [
    "actions",
    "base",
    "flow",
    "gateway",
    "lanes",
    "parity",
    "plan",
    "release-check",
    "report",
    "results",
    "run",
    "scenario",
  ],
};

interface Import {
  from: string;
  to: string;
}

function importsIn(pattern: string): Import[] {
  return globSync(pattern, { cwd: ROOT }).flatMap((file) => {
    if (file.includes("node_modules") || file.includes(".build")) return [];
    const text = readFileSync(resolve(ROOT, file), "utf8");
    return [...text.matchAll(/(?:from|import)\s*\(?\s*"(\.[^"]+)"/g)].map(([, target = ""]) => ({
      from: file,
      to: relative(ROOT, resolve(ROOT, dirname(file), target)),
    }));
  });
}

const isTest = ({ from }: Import) => /\.test\.ts$|\/testing\//.test(from);

test("each stage of the runner imports only from the stages it may know", () => {
  const imports = importsIn("runner/**/*.ts").filter((found) => !isTest(found));
  expect(imports.length).toBeGreaterThan(100);
  const wrong = imports.filter(({ from, to }) => {
    const [, stage = ""] = from.split("/");
    const [, target = "", file] = to.split("/");
    if (to === "package.json" || file === undefined) return to.startsWith("fixtures");
    return target !== stage && !ALLOWED[stage]?.includes(target);
  });
  expect(wrong).toEqual([]);
});

test("the embedded gateway and the runner import nothing from each other", () => {
  const crossing = [...importsIn("fixtures/**/*.ts"), ...importsIn("runner/**/*.ts")].filter(
    ({ from, to }) => from.split("/")[0] !== to.split("/")[0] && to !== "package.json",
  );
  expect(crossing.filter((found) => !isTest(found))).toEqual([]);
});
