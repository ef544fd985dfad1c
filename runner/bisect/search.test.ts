import fc from "fast-check";
import { expect, test } from "vitest";
import { bisect, isFlaky, type Judgement, mostRuns, settled } from "./search.ts";

/** A row of releases that is good up to a point, as runs on it show themselves. */
interface Row {
  lead: number;
  firstBad: number;
  /** Per release, what its runs say one after the other; undefined for one of which nothing can be said. */
  runs: (Judgement[] | undefined)[];
}

/** Fewer runs than the lead go wrong, anywhere among them. */
function runsOf(truth: Judgement, lead: number): fc.Arbitrary<Judgement[]> {
  const other: Judgement = truth === "good" ? "bad" : "good";
  const wrong = fc.uniqueArray(fc.nat(mostRuns(lead) - 1), { maxLength: lead - 1 });
  return wrong.map((places) =>
    Array.from({ length: mostRuns(lead) }, (_, run) => (places.includes(run) ? other : truth)),
  );
}

const row: fc.Arbitrary<Row> = fc
  .record({ count: fc.integer({ min: 2, max: 70 }), lead: fc.integer({ min: 1, max: 4 }) })
  .chain(({ count, lead }) =>
    fc.integer({ min: 1, max: count - 1 }).chain((firstBad) => {
      const releases = Array.from({ length: count }, (_, place) => {
        const runs = runsOf(place < firstBad ? "good" : "bad", lead);
        const isEnd = place === 0 || place === count - 1;
        return isEnd ? runs : fc.option(runs, { nil: undefined, freq: 3 });
      });
      return fc.tuple(...releases).map((runs): Row => ({ lead, firstBad, runs }));
    }),
  );

/** Runs it as often as it takes. */
function judgementOf(runs: Judgement[] | undefined, lead: number): { judgement: Judgement; used: number } {
  if (!runs) return { judgement: "unknown", used: 1 };
  for (let used = 1; ; used += 1) {
    const judgement = settled(runs.slice(0, used), lead);
    if (judgement) return { judgement, used };
  }
}

test("the answer is the first bad release, or lies between neighbours of which nothing can be said", async () => {
  await fc.assert(
    fc.asyncProperty(row, async ({ lead, firstBad, runs }) => {
      const asked: number[] = [];
      const places = runs.map((_, place) => place);
      const found = await bisect(places, async (place) => {
        asked.push(place);
        return judgementOf(runs[place], lead).judgement;
      });
      if (found.kind !== "found") throw new Error("both ends are right");
      expect(found.lastGood).toBeLessThan(firstBad);
      expect(found.firstBad).toBeGreaterThanOrEqual(firstBad);
      expect(runs.slice(found.lastGood + 1, found.firstBad).every((each) => each === undefined)).toBe(true);

      const unknown = asked.filter((place) => runs[place] === undefined).length;
      expect(asked.slice(0, 2)).toEqual([0, runs.length - 1]);
      expect(new Set(asked).size).toBe(asked.length);
      expect(asked.length - 2).toBeLessThanOrEqual(Math.ceil(Math.log2(runs.length - 1)) + unknown);
    }),
  );
});

test("an end that is not what it was said to be is found before anything else is judged", async () => {
  const judgement = fc.constantFrom<Judgement>("good", "bad", "unknown");
  await fc.assert(
    fc.asyncProperty(judgement, judgement, fc.integer({ min: 0, max: 6 }), async (first, last, between) => {
      fc.pre(first !== "good" || last !== "bad");
      let judged = 0;
      const row: Judgement[] = [first, ...Array<Judgement>(between).fill("good"), last];
      const found = await bisect(row, async (release) => {
        judged += 1;
        return release;
      });
      const end = first === "good" ? "bad" : "good";
      expect(found).toEqual({ kind: "wrong-end", end, judgement: end === "good" ? first : last });
      expect(judged).toBe(end === "good" ? 1 : 2);
    }),
  );
});

test("a release that shows its other face fewer times than the lead is judged rightly", () => {
  const runs = fc
    .tuple(fc.constantFrom<Judgement>("good", "bad"), fc.integer({ min: 1, max: 5 }))
    .chain(([truth, lead]) => runsOf(truth, lead).map((runs) => ({ truth, lead, runs })));
  fc.assert(
    fc.property(runs, ({ truth, lead, runs }) => {
      const { judgement, used } = judgementOf(runs, lead);
      expect(judgement).toBe(truth);
      if (!isFlaky(runs.slice(0, used))) expect(used).toBe(lead);
    }),
  );
});

test.for([
  ["g", 2, undefined],
  ["gg", 2, "good"],
  ["gb", 2, undefined],
  ["gbb", 2, undefined],
  ["gbbb", 2, "bad"],
  ["gbgb", 2, "unknown"],
  ["gu", 2, "unknown"],
  ["b", 1, "bad"],
] as const)("runs %s, with a lead of %i, say %s", ([letters, lead, expected]) => {
  const words = { g: "good", b: "bad", u: "unknown" } as const;
  const runs = [...letters].map((letter) => words[letter as keyof typeof words]);
  expect(settled(runs, lead)).toBe(expected);
});
