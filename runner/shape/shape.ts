/** What one plain value can be in JSON. */
type Plain = "boolean" | "null" | "number" | "string";

/**
 * What JSON values look like, without the values: everything that was seen in one place. Several kinds at
 * once mean that the place held different kinds at different times; none means that nothing was seen.
 */
export interface Shape {
  /** Sorted. */
  plain?: readonly Plain[];
  object?: RecordShape | MapShape;
  /** What the items were, all together; without any kind when every array was empty. */
  items?: Shape;
}

/** An object whose member names belong to the format. */
export interface RecordShape {
  /** How many objects were seen; a member that was seen less often is optional. */
  seen: number;
  members: Readonly<Record<string, Member>>;
}

export interface Member {
  seen: number;
  shape: Shape;
}

/** An object whose member names are data (ids, paths), so that only what lies behind them is compared. */
export interface MapShape {
  values: Shape;
}

/** Members that hold a map in every answer, even where its keys happen to look like names. */
const MAPS: ReadonlySet<string> = new Set([
  "accounts",
  "channelAccounts",
  "channelDefaultAccountId",
  "channelLabels",
  "channelDetailLabels",
  "channelSystemImages",
  "channels",
  "entries",
  "installs",
  "providers",
]);

const NAME = /^[A-Za-z_$][\w$]*$/;

/** The shape of one JSON value; members that are `undefined` do not exist in JSON. */
export function shapeOf(value: unknown, member = ""): Shape {
  if (value === null) return { plain: ["null"] };
  if (Array.isArray(value)) return { items: mergeAll(value.map((item) => shapeOf(item))) };
  if (typeof value === "object") return { object: objectShape(value, MAPS.has(member)) };
  return isPlain(typeof value) ? { plain: [typeof value as Plain] } : {};
}

function isPlain(type: string): type is Plain {
  return type === "boolean" || type === "number" || type === "string";
}

function objectShape(value: object, isMap: boolean): RecordShape | MapShape {
  const entries = Object.entries(value).filter(([, item]) => item !== undefined);
  if (isMap || entries.some(([name]) => !NAME.test(name))) {
    return { values: mergeAll(entries.map(([, item]) => shapeOf(item))) };
  }
  const members = entries.map(([name, item]): [string, Member] => [
    name,
    { seen: 1, shape: shapeOf(item, name) },
  ]);
  return { seen: 1, members: Object.fromEntries(members) };
}

/** Everything that was seen in either; the order does not matter. */
export function mergeShapes(a: Shape, b: Shape): Shape {
  const plain = [...new Set([...(a.plain ?? []), ...(b.plain ?? [])])].sort();
  const object = a.object && b.object ? mergeObjects(a.object, b.object) : (a.object ?? b.object);
  const items = a.items && b.items ? mergeShapes(a.items, b.items) : (a.items ?? b.items);
  return {
    ...(plain.length > 0 ? { plain } : {}),
    ...(object ? { object } : {}),
    ...(items ? { items } : {}),
  };
}

export function mergeAll(shapes: readonly Shape[]): Shape {
  return shapes.reduce(mergeShapes, {});
}

/** Once a map, always a map: a key that looks like a name may still be data. */
function mergeObjects(a: RecordShape | MapShape, b: RecordShape | MapShape): RecordShape | MapShape {
  if (isMapShape(a) || isMapShape(b)) return { values: mergeShapes(valuesOf(a), valuesOf(b)) };
  const members = { ...a.members };
  for (const [name, member] of Object.entries(b.members)) {
    const known = Object.hasOwn(members, name) ? members[name] : undefined;
    const merged = known
      ? { seen: known.seen + member.seen, shape: mergeShapes(known.shape, member.shape) }
      : member;
    // An assignment would not make a member called `__proto__`.
    Object.defineProperty(members, name, {
      value: merged,
      enumerable: true,
      configurable: true,
      writable: true,
    });
  }
  return { seen: a.seen + b.seen, members };
}

export function isMapShape(shape: RecordShape | MapShape): shape is MapShape {
  return "values" in shape;
}

/** What lies behind the keys of an object, whichever they are. */
export function valuesOf(shape: RecordShape | MapShape): Shape {
  if (isMapShape(shape)) return shape.values;
  return mergeAll(Object.values(shape.members).map((member) => member.shape));
}
