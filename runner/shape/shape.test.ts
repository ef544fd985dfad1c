import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { AnswerShapes, readShapes } from "./answers.ts";
import { differences } from "./differences.ts";
import { mergeAll, mergeShapes, type Shape, shapeOf } from "./shape.ts";

const json = fc.jsonValue({ maxDepth: 4 });
/** Few names, so that objects meet in the same members; some are keys of a map. */
const name = fc.constantFrom("id", "name", "entries", "channels", "qa-lab", "x.y", "__proto__", "toString");
const { value: answer } = fc.letrec<{ value: unknown }>((tie) => ({
  value: fc.oneof(
    { depthSize: "small" },
    fc.constantFrom(null, true, 1, "text"),
    fc.array(tie("value"), { maxLength: 3 }),
    fc
      .array(fc.tuple(name, tie("value")), { maxLength: 4 })
      .map((entries) => Object.fromEntries(entries) as unknown),
  ),
}));
const shape = answer.map((value) => shapeOf(value));

/** How deep arrays and objects are nested. */
function depth(value: unknown): number {
  if (typeof value !== "object" || value === null) return 0;
  return 1 + Math.max(0, ...Object.values(value).map(depth));
}

function depthOf({ object, items }: Shape): number {
  const inside = [
    ...(items ? [items] : []),
    ...(object
      ? "values" in object
        ? [object.values]
        : Object.values(object.members).map((member) => member.shape)
      : []),
  ];
  return inside.length === 0 && !object && !items ? 0 : 1 + Math.max(0, ...inside.map(depthOf));
}

describe("folding", () => {
  test("ignores values: other texts and numbers give the same shape", () => {
    fc.assert(
      fc.property(answer, (value) => {
        const other = JSON.parse(JSON.stringify(value).replaceAll(/:1\b/g, ":2")) as unknown;
        expect(shapeOf(other)).toEqual(shapeOf(value));
      }),
    );
  });

  test("keeps every level of any JSON value, and survives being written", () => {
    fc.assert(
      fc.property(json, (value) => {
        const folded = shapeOf(value);
        expect(depthOf(folded)).toBe(depth(value));
        expect(JSON.parse(JSON.stringify(folded))).toEqual(folded);
      }),
    );
  });

  test("collapses what is keyed by data", () => {
    expect(shapeOf({ "qa-channel": { running: true }, other: {} })).toEqual({
      object: {
        values: { object: { seen: 2, members: { running: { seen: 1, shape: { plain: ["boolean"] } } } } },
      },
    });
    expect(shapeOf({ entries: { weather: 1 } })).toMatchObject({
      object: { members: { entries: { shape: { object: { values: { plain: ["number"] } } } } } },
    });
  });

  test("a member that JSON would leave out is not there", () => {
    expect(shapeOf({ a: undefined })).toEqual({ object: { seen: 1, members: {} } });
  });
});

describe("merging", () => {
  test("does not depend on the order or the grouping", () => {
    fc.assert(
      fc.property(shape, shape, shape, (a, b, c) => {
        expect(mergeShapes(a, b)).toEqual(mergeShapes(b, a));
        expect(mergeShapes(mergeShapes(a, b), c)).toEqual(mergeShapes(a, mergeShapes(b, c)));
        expect(mergeShapes(a, {})).toEqual(a);
      }),
    );
  });

  test("a member that was not always there is optional, which alone is not a difference", () => {
    const merged = mergeAll([{ a: 1 }, { a: "x", b: null }].map((value) => shapeOf(value)));
    expect(differences([merged, shapeOf({ a: "x", b: null })]).map(({ path }) => path)).toEqual(["a"]);
    expect(differences([merged, shapeOf({ a: 1 })])).toEqual([
      { path: "a", kinds: ["number | string", "number"] },
      { path: "b", kinds: ["null?", "absent"] },
    ]);
  });
});

describe("differences", () => {
  test("a shape does not differ from itself, nor from one that has seen the same more often", () => {
    fc.assert(
      fc.property(shape, (a) => {
        expect(differences([a, a])).toEqual([]);
        expect(differences([a, mergeShapes(a, a)])).toEqual([]);
      }),
    );
  });

  test("reads the same from both sides", () => {
    fc.assert(
      fc.property(shape, shape, (a, b) => {
        const swapped = differences([b, a]).map(({ path, kinds }) => ({ path, kinds: kinds.toReversed() }));
        expect(differences([a, b])).toEqual(swapped);
      }),
    );
  });

  test("a further side that answered nothing changes nothing", () => {
    fc.assert(
      fc.property(shape, shape, (a, b) => {
        const three = differences([a, b, undefined]);
        expect(three.map(({ kinds }) => kinds[2])).toEqual(three.map(() => "not seen"));
        expect(three.map(({ path, kinds }) => ({ path, kinds: kinds.slice(0, 2) }))).toEqual(
          differences([a, b]),
        );
      }),
    );
  });

  test("finds a member that one side lacks, wherever it is, and not what is below it", () => {
    fc.assert(
      fc.property(answer, (value) => {
        const base = { list: [{ value, other: 1 }] };
        const changed = { list: [{ value, other: 1, added: { deep: value } }] };
        expect(differences([shapeOf(base), shapeOf(changed)])).toEqual([
          { path: "list[].added", kinds: ["absent", "object"] },
        ]);
      }),
    );
  });

  test("what was never filled is unknown, not different", () => {
    expect(
      differences([shapeOf({ a: [], m: { entries: {} } }), shapeOf({ a: [1], m: { entries: { x: 1 } } })]),
    ).toEqual([]);
    expect(differences([shapeOf({ a: null }), shapeOf({ a: { b: 1 } })])).toEqual([
      { path: "a", kinds: ["null", "object"] },
    ]);
  });
});

test("the shapes file holds what was folded", () => {
  fc.assert(
    fc.property(fc.array(fc.tuple(fc.constantFrom("a", "b"), answer)), (answers) => {
      const folded = new AnswerShapes();
      for (const [method, value] of answers) folded.add(method, value);
      fc.pre(answers.length > 0);
      const read = readShapes(folded.toText());
      for (const method of ["a", "b"]) {
        const own = answers.filter(([name]) => name === method).map(([, value]) => shapeOf(value));
        expect(read.get(method)).toEqual(
          own.length === 0 ? undefined : { answers: own.length, shape: mergeAll(own) },
        );
      }
    }),
  );
});

test("there is no shapes file where nothing was asked", () => {
  expect(new AnswerShapes().toText()).toBe("");
});

test("a shapes file of another version is refused", () => {
  expect(() => readShapes('{"version":99,"methods":{}}')).toThrow("version 1 was expected");
});
