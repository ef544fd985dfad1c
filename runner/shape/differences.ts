import { isMapShape, type Member, type Shape, valuesOf } from "./shape.ts";

/** The side has objects around this place, and never this member. */
export const ABSENT = "absent";
/** The side never filled what is around this place, so that nothing is known of it. */
export const NOT_SEEN = "not seen";

/** A place in an answer where sides differ. */
export interface Difference {
  /** For instance `skills[].missing.bins` or `plugins.entries.*.enabled`; empty for the answer itself. */
  path: string;
  /**
   * What each side has there, in the order of the sides: `ABSENT`, `NOT_SEEN`, or kinds of values such as
   * `null | string`, with a `?` behind them when it is not always there.
   */
  kinds: readonly string[];
}

type Place = Member | typeof ABSENT | typeof NOT_SEEN;

/**
 * The places where the shapes of one answer differ: a side lacks them, or has other kinds of values there.
 * A member that is always there on one side and only sometimes on another is not a difference. What lies
 * below a place that a side lacks is not listed again. Where a side has seen nothing (items of an array
 * that was always empty, members of an object that was always null) it cannot differ.
 * @param sides shape of the answer on each side; undefined where there was no answer
 */
export function differences(sides: readonly (Shape | undefined)[]): Difference[] {
  const found: Difference[] = [];
  compare(
    "",
    sides.map((shape) => ({ place: shape ? always(shape) : NOT_SEEN, around: 1 })),
    found,
  );
  return found;
}

interface Side {
  place: Place;
  /** How many objects were seen that could have had this member. */
  around: number;
}

function compare(path: string, sides: readonly Side[], found: Difference[]): void {
  if (sides.filter(({ place }) => place !== NOT_SEEN).length < 2) return;
  const known = new Set(sides.map(kindsAt).filter((kinds) => kinds !== NOT_SEEN));
  if (known.size > 1) found.push({ path, kinds: sides.map(describe) });
  const shapes = sides.map(({ place }) => (typeof place === "string" ? undefined : place.shape));
  const items = shapes.map((shape) => shape?.items);
  compare(`${path}[]`, items.map(contentSide), found);
  compareObjects(
    path,
    shapes.map((shape) => shape?.object),
    found,
  );
}

function compareObjects(path: string, objects: readonly Shape["object"][], found: Difference[]): void {
  const inside = path === "" ? "" : `${path}.`;
  if (objects.some((object) => object && isMapShape(object))) {
    const values = objects.map((object) => object && valuesOf(object));
    compare(`${inside}*`, values.map(contentSide), found);
    return;
  }
  const records = objects.map((object) => (object && !isMapShape(object) ? object : undefined));
  const names = new Set(records.flatMap((record) => Object.keys(record?.members ?? {})));
  for (const name of [...names].sort()) {
    const sides = records.map((record): Side => {
      if (!record) return { place: NOT_SEEN, around: 0 };
      const member = Object.hasOwn(record.members, name) ? record.members[name] : undefined;
      return { place: member ?? ABSENT, around: record.seen };
    });
    compare(inside + name, sides, found);
  }
}

/** What an array or a map holds, all of it together. */
function contentSide(content: Shape | undefined): Side {
  const filled = content && kindsOf(content).length > 0;
  return { place: filled ? always(content) : NOT_SEEN, around: 1 };
}

function always(shape: Shape): Member {
  return { seen: 1, shape };
}

function describe(side: Side): string {
  const { place, around } = side;
  const optional = typeof place !== "string" && place.seen < around;
  return kindsAt(side) + (optional ? "?" : "");
}

function kindsAt({ place }: Side): string {
  return typeof place === "string" ? place : kindsOf(place.shape).join(" | ");
}

function kindsOf({ plain = [], object, items }: Shape): string[] {
  return [...(items ? ["array"] : []), ...(object ? ["object"] : []), ...plain].sort();
}
