import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { apart, type DrawnMutant, drawn, HealthyRuns, MutantsFile, Promises } from "./mutants.ts";
import { renderMutantsJunit } from "./mutants-render.ts";
import type { MutantsReport } from "./mutants-schema.ts";
import { mutantsAnswer, mutantsScore, reported, tallied } from "./mutants-score.ts";

function mutant(id: string, path: string, more: Partial<DrawnMutant> = {}): DrawnMutant {
  return {
    ...{ id, operator: "await-dropped", path, line: 1, before: "await a", after: "a" },
    ...{ passedBy: new Set<string>(), tried: new Set<string>(), broke: new Map(), ...more },
  };
}

async function fileOf(...mutants: DrawnMutant[]): Promise<MutantsFile> {
  const folder = mkdtempSync(join(tmpdir(), "mutants-"));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  const { file } = await MutantsFile.open(join(folder, "qa/mutants.json"));
  Object.assign(file, { gateway: "g", seed: 1, asked: mutants.length, mutants });
  return file;
}

test("mutants are drawn evenly over folders, and the same seed draws the same", () => {
  const many = Array.from({ length: 100 }, (_, index) => mutant(`a${index}`, "agent/a.ts"));
  const few = [mutant("b1", "cron/b.ts"), mutant("b2", "cron/deep/c.ts"), mutant("c", "gateway.ts")];
  const chosen = drawn([...many, ...few], 9, 1);
  expect(chosen.filter(({ path }) => path.startsWith("agent/"))).toHaveLength(6);
  expect(chosen.map(({ id }) => id)).toEqual(expect.arrayContaining(["b1", "b2", "c"]));
  expect(drawn([...many, ...few], 9, 1)).toEqual(chosen);
  expect(drawn([...many, ...few], 9, 2)).not.toEqual(chosen);
  expect(drawn(few, 9, 1)).toHaveLength(3);
});

test("those of a file are tried together with those of others", () => {
  const [a, b, c] = ["agent/a.ts", "cron/b.ts", "gateway.ts"];
  const mutants = [a, b, a, c, a, b, a].map((path, index) => mutant(`m${index}`, path));
  const groups = apart(mutants, 2);
  expect(groups.map(({ length }) => length)).toEqual([2, 2, 2, 1]);
  for (const group of groups) expect(new Set(group.map(({ path }) => path)).size).toBe(group.length);
  expect(apart(mutants, 10)).toHaveLength(1);
  expect(apart([], 2)).toEqual([]);
});

test("a scenario comes by what each of its healthy runs came by", () => {
  const runs = new HealthyRuns();
  expect([...runs.passed]).toEqual([]);
  runs.add(["always", "by chance"], 900);
  runs.add(["always"], 1_200);
  runs.add(["always", "late"], 1_000);
  expect([[...runs.passed], runs.ms]).toEqual([["always"], 1_200]);
});

test("what was found out is kept, a mutant a line, as long as it is about the same", async () => {
  const file = await fileOf(
    mutant("m1", "agent/a.ts"),
    mutant("m2", "agent/a.ts"),
    mutant("m3", "cron/b.ts"),
  );
  const trier = { text: "t", inputs: "i", ms: 900 };
  file.passed("one", trier, new Set(["m1", "m2"]));
  file.passed("two", trier, new Set(["m1", "m3"]));
  file.add("m1", "one", { kind: "survived" });
  file.add("m1", "two", { kind: "killed", at: "It answers" });
  file.add("m2", "one", { kind: "broke", why: "blocked" });
  file.add("m3", "two", { kind: "not-reached" });
  file.judged.set("m2", { as: "equivalent", because: "it is" });
  await file.save();
  expect(readFileSync(file.path, "utf8").match(/^ {2}\{"id":"m\d".*$/gm)).toHaveLength(3);

  const { file: again } = await MutantsFile.open(file.path);
  expect(again.isOf("g", 1, 3)).toBe(true);
  expect(again.isOf("other", 1, 3)).toBe(false);
  expect(again.mutants).toEqual(file.mutants);
  expect(again.judged.get("m2")).toEqual({ as: "equivalent", because: "it is" });

  const key = { text: "t", inputs: "i", gateway: "g", tool: "1" };
  const changed = again.keep(
    new Map([
      ["one", key],
      ["two", { ...key, text: "new" }],
    ]),
    false,
  );
  expect([...changed]).toEqual(["one"]);
  expect(again.mutants[0]).toMatchObject({ id: "m1", tried: new Set(["one"]), passedBy: new Set(["one"]) });
  expect(again.mutants[0]?.killed).toBeUndefined();
  expect([...again.keep(new Map(), false)]).toEqual(["one"]);
  expect([...again.keep(new Map(), true)]).toEqual([]);
  writeFileSync(file.path, "{}");
  expect((await MutantsFile.open(file.path)).problem).toContain("not a file of mutants");
});

test("the scenario that has noticed the neighbours tries first, then the quick one", async () => {
  const open = mutant("open", "agent/a.ts");
  const file = await fileOf(open, mutant("m1", "agent/a.ts"), mutant("m2", "agent/b.ts"));
  const all = new Set(["open", "m1", "m2"]);
  for (const [id, ms] of [
    ["slow", 9_000],
    ["quick", 500],
    ["good", 9_000],
  ] as const)
    file.passed(id, { text: "t", inputs: "i", ms }, all);
  const promises = new Promises(file, new Set(["slow", "quick", "good"]));
  expect(promises.of(open)).toEqual(["quick", "good", "slow"]);
  file.add("m1", "quick", { kind: "survived" });
  file.add("m1", "slow", { kind: "survived" });
  file.add("m1", "good", { kind: "killed", at: "s" });
  file.add("m2", "quick", { kind: "survived" });
  for (const id of ["quick", "good"]) expect(promises.of(open)).toContain(id);
  expect(promises.of(open).at(-1)).toBe("slow");
  file.add("open", "quick", { kind: "survived" });
  expect(promises.of(open)).toEqual(["good", "slow"]);
  expect(new Promises(file, new Set(["slow"])).of(open)).toEqual(["slow"]);
  file.add("open", "good", { kind: "killed", at: "s" });
  expect(promises.of(open)).toEqual([]);
});

test("what nobody notices is left to be read, and too much of it is a no", async () => {
  const killed = { by: "one", at: "s" };
  const both = { passedBy: new Set(["one", "two"]) };
  const file = await fileOf(
    ...Array.from({ length: 9 }, (_, index) => mutant(`k${index}`, "agent/a.ts", { ...both, killed })),
    mutant("s", "cron/b.ts", { ...both, tried: new Set(["one", "two"]) }),
  );
  const answer = (min = 80) => mutantsAnswer(mutantsScore(reported(file), 20), [], min);
  expect(answer()).toEqual({
    exitCode: 5,
    sentence:
      "Yes, the scenarios notice 9 of 10 mutants (90 %); left to be read: 1 mutant that nobody notices",
  });
  expect(answer(91).exitCode).toBe(1);
  expect(tallied(reported(file), "folder")).toEqual([
    { name: "agent", drawn: 9, killed: 9, percent: 100 },
    { name: "cron", drawn: 1, killed: 0, percent: 0 },
  ]);
  file.judged.set("s", { as: "equivalent", because: "nothing differs" });
  expect(answer()).toEqual({
    exitCode: 0,
    sentence: "Yes: the scenarios notice 9 of 9 mutants (100 %), and the others were read",
  });
  file.mutants.push(mutant("s2", "cron/b.ts"));
  file.judged.set("s2", { as: "equivalent", because: "nor here" });
  expect(answer().sentence).toBe("No: 2 of 11 mutants are called equivalent, more than 10 %");
  file.judged.clear();
  file.mutants.pop();
  file.mutants.push(mutant("open", "cron/b.ts", both));
  expect(answer().exitCode).toBe(5);
  const alarm = { scenario: "one", why: "it failed", fault: "product" };
  expect(mutantsAnswer(mutantsScore([], 0), [alarm], 80).exitCode).toBe(1);
  expect(mutantsAnswer(mutantsScore([], 0), [], 80).exitCode).toBe(4);
  const xml = renderMutantsJunit({ mutants: reported(file), falseAlarms: [] } as unknown as MutantsReport);
  expect(xml).toContain('<testsuite name="cron" tests="2" failures="1" errors="0" skipped="1">');
});
