import { isJsonObject } from "../../base/json.ts";
import { FRONT_MATTER_PATH } from "../../scenario/front-matter-paths.ts";

/** What the paths of front matter lead to: addresses of fakes, and the values of the row. */
export type FrontMatterValues = Readonly<Record<string, Readonly<Record<string, unknown>>>>;

/**
 * Replaces `${http.<name>}` and `${row.<column>}` in the texts of config and environment. A text that is nothing but one of
 * them keeps the value's type; everything else with a `$` is the gateway's own.
 */
export function fillIn<T>(value: T, values: FrontMatterValues): T {
  return walk(value) as T;

  function walk(item: unknown): unknown {
    if (typeof item === "string") return inText(item, values);
    if (Array.isArray(item)) return item.map(walk);
    if (!isJsonObject(item)) return item;
    return Object.fromEntries(Object.entries(item).map(([name, member]) => [name, walk(member)]));
  }
}

function inText(text: string, values: FrontMatterValues): unknown {
  const lookUp = (root = "", name = "") => {
    const members = values[root];
    return members && Object.hasOwn(members, name) ? { value: members[name] } : undefined;
  };
  const [first] = text.matchAll(FRONT_MATTER_PATH);
  const only = first?.[0] === text && first[1] === "" ? lookUp(first[2], first[3]) : undefined;
  if (only) return only.value;
  return text.replaceAll(FRONT_MATTER_PATH, (found, dollar: string, root: string, name: string) => {
    const known = lookUp(root, name);
    if (!known) return found;
    return dollar === "" ? String(known.value) : found.slice(1);
  });
}
