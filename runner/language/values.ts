import { isMap, isScalar, isSeq, type YAMLMap } from "yaml";
import { typeText } from "../actions/reference.ts";
import { STATEMENTS } from "../actions/vocabulary.ts";
import { memberShape } from "../flow/compile/shapes.ts";
import type { ValueSchema } from "../flow/vocabulary.ts";
import { rootShapes } from "../plan/compile.ts";
import { member } from "../scenario/source/locate.ts";
import type { Position } from "../scenario/source/source.ts";
import type { Scenario } from "../scenario/types.ts";
import type { Suggestion } from "./suggestions.ts";

/** A path in a text up to a place in it: `${reply.te`. */
const OPEN_PATH = /(?:^|[^$])\$\{([\p{ID_Continue}$.[\]-]*)$/u;

/** The path that is being typed at the end of a text, as its names; undefined outside of `${…}`. */
export function openPath(before: string): { owner: string[]; word: string } | undefined {
  const [, path] = OPEN_PATH.exec(before) ?? [];
  if (path === undefined) return undefined;
  const names = path.replaceAll("[", ".").replaceAll("]", "").split(".");
  return { owner: names.slice(0, -1), word: names.at(-1) ?? "" };
}

/**
 * What may stand next in a path of a text.
 * @param owner the names before it
 * @param at where it stands: what later statements save is not there yet
 */
export function inPath(scenario: Scenario, owner: readonly string[], at: Position): Suggestion[] {
  const [root, ...names] = owner;
  const roots = { ...rootShapes(scenario), ...savedBefore(scenario, at) };
  if (root === undefined) return suggestionsOf(roots);
  let shape = Object.hasOwn(roots, root) ? roots[root] : undefined;
  for (const name of names) {
    const next = memberShape(shape, name);
    shape = "schema" in next ? next.schema : undefined;
  }
  if (shape?.type === "array") return [{ name: "length", kind: "value", detail: "number" }];
  return suggestionsOf(shape?.properties ?? {});
}

function suggestionsOf(shapes: Readonly<Record<string, ValueSchema | undefined>>): Suggestion[] {
  return Object.entries(shapes).map(([name, shape]) => ({
    name,
    kind: "value",
    detail: shape ? typeText(shape) : undefined,
    about: shape?.description,
  }));
}

/** What statements before a place save, with the shape of each. */
function savedBefore({ flow }: Scenario, at: Position): Record<string, ValueSchema> {
  const saved: Record<string, ValueSchema> = {};
  if (!flow || "node" in flow) return saved;
  for (const { node, source } of flow.flatMap(({ blocks }) => blocks)) {
    for (const item of statementsIn(node)) {
      if (!item.range || !isBefore(source.locate(item.range[1]), at)) continue;
      const [head] = item.items;
      const name = member(item, "saveAs")?.value;
      const action = isScalar(head?.key) ? String(head.key.value) : "";
      if (isScalar(name) && typeof name.value === "string" && Object.hasOwn(STATEMENTS, action))
        saved[name.value] = STATEMENTS[action]?.returns ?? {};
    }
  }
  return saved;
}

/** The statements of a list, each before those that it holds in a list of its own. */
function statementsIn(node: unknown): YAMLMap[] {
  if (!isSeq(node)) return [];
  return node.items.flatMap((item) =>
    isMap(item) ? [item, ...item.items.flatMap(({ value }) => statementsIn(value))] : [],
  );
}

function isBefore(one: Position, other: Position): boolean {
  return one.line < other.line || (one.line === other.line && one.column <= other.column);
}
