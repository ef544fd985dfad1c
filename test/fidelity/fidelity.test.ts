import fc from "fast-check";
import { expect, test } from "vitest";
import { checkAgain } from "./check.ts";
import { Finding } from "./findings.ts";
import { committedPage, page } from "./page.ts";
import { RELEASES, type Release } from "./release.ts";
import { changesSince, compareArea, type Row } from "./rows.ts";
import { readSeeds, seedProblems } from "./seeds.ts";

test("no row about 2026.4.26 is worse than the committed one", async ({ skip }) => {
  await checkAgain("2026.4.26", ["--quick"], skip, { FIDELITY_RANDOM: "few" });
});

test("docs/fidelity.md is what `pnpm fidelity` writes", async () => {
  expect(await committedPage()).toBe(await page());
});

test("what shows a row of the seeds exists, and the others say why they are not full", async () => {
  const seeds = await readSeeds();
  expect(seeds).toHaveLength(114);
  expect(await seedProblems(seeds)).toEqual([]);
  const here = "test/fidelity/fidelity.test.ts";
  expect(
    await seedProblems([
      { seed: "0", behaviour: "a", test: `${here} › what shows a row` },
      { seed: "0", behaviour: "b", test: `${here} › no${" "}such title` },
      { seed: "0", behaviour: "b", reason: "later" },
      { seed: "0", behaviour: "c" },
    ]),
  ).toEqual([
    "seed 0, b: stands twice",
    `seed 0, b: there is no ${here} › no${" "}such title`,
    "seed 0, c: needs a test or a reason",
  ]);
});

const row = (name: string, verdict: Row["verdict"]): Row => ({ area: "a", name, release: "1", verdict });

test("a row that got worse or is gone is told, and so is one that got better or is new", () => {
  const committed = [row("x", "same"), row("y", "missing"), row("z", "differs"), row("gone", "subset")];
  const computed = [row("x", "differs"), row("y", "subset"), row("z", "differs"), row("new", "same")];
  expect(changesSince(committed, computed)).toEqual({
    worse: ["a: x (1) was same and is differs", "a: 1 gone is gone, it was subset"],
    better: ["a: y (1) was missing and is subset", "a: 1 new is new: same"],
  });
});

test("where the releases differ the one of the seeds counts, except for a client that fails", async () => {
  const [seeds, newest] = RELEASES;
  const compare = async () => [
    Finding.sets("a", ["there"], ["here"]),
    Finding.sets("b", ["there"], ["here"]),
    await Finding.works("c", () => Promise.reject(new Error("it fails"))),
  ];
  const known = [
    ...["a", "c"].map((name): Row => ({ area: "x", name, release: seeds, verdict: "same" })),
    { area: "x", name: "b", release: newest, verdict: "same" } as const,
  ];
  const rows = await compareArea("x", { title: "X", compare }, { version: newest } as Release, known);
  expect(rows.map(({ why }) => why)).toEqual([
    `as ${seeds}, which counts here; not looked at; only here: here; lacks there`,
    "only here: here; lacks there",
    "it fails",
  ]);
});

const double = (value: number) => value * 2;

test("a rule is the same only if every input gives the same answer", async () => {
  const theirs = double;
  expect(await Finding.rule("r", { fixed: [1, 2], theirs, ours: double })).toMatchObject({
    verdict: "same",
    why: "",
  });
  const ours = (value: number) => (value > 20 ? 0 : value * 2);
  const { verdict, why } = await Finding.rule("r", { fixed: [1], random: fc.nat(), theirs, ours });
  expect({ verdict, why }).toEqual({ verdict: "differs", why: "21: 42 there, 0 here" });
});

test("a wanted difference excuses its own inputs only, and must show", async () => {
  const ours = (value: number) => (value === 7 || value === 9 ? 0 : value * 2);
  const wanted = [{ at: (value: number) => value === 7, why: "seven is special" }];
  const at = (fixed: number[]) => Finding.rule("r", { fixed, wanted, theirs: double, ours });
  expect(await at([7, 8])).toMatchObject({ verdict: "differs", why: "wanted: seven is special" });
  expect(await at([7, 9])).toMatchObject({ verdict: "differs", why: "9: 18 there, 0 here" });
  await expect(at([8])).rejects.toThrow("out of date");
});

test("sets and names", () => {
  expect(Finding.sets("s", ["a", "b"], ["a", "b"]).verdict).toBe("same");
  expect(Finding.sets("s", ["a", "b"], ["a"])).toMatchObject({ verdict: "subset", why: "lacks b" });
  expect(Finding.sets("s", ["a"], [])).toMatchObject({ verdict: "missing" });
  expect(Finding.sets("s", ["a"], ["c"])).toMatchObject({ verdict: "differs", why: "only here: c; lacks a" });
  expect(Finding.names(["a", "b"], ["b", "c"]).map(({ verdict }) => verdict)).toEqual([
    "missing",
    "same",
    "differs",
  ]);
});

test("what ran is the same only if it ended well", async () => {
  const fine = await Finding.works("w", async () => {});
  const broken = await Finding.works("w", async () => {
    throw new Error("it hangs");
  });
  expect([fine.verdict, broken.verdict, broken.why]).toEqual(["same", "differs", "it hangs"]);
});
