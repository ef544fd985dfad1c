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
  const lookUp = (root: string, name: string) => {
    const members = values[root];
    return members && Object.hasOwn(members, name) ? { value: members[name] } : undefined;
  };
  const [whole, root = "", name = ""] = text.match(FRONT_MATTER_PATH) === null ? [] : onlyPath(text);
  const only = whole === undefined ? undefined : lookUp(root, name);
  if (only) return only.value;
  return text.replaceAll(FRONT_MATTER_PATH, (found, dollar: string, ofRoot: string, ofName: string) => {
    const known = lookUp(ofRoot, ofName);
    if (!known) return found;
    return dollar === "" ? String(known.value) : found.slice(1);
  });
}

/** The parts of a text that is nothing but one path; empty for any other. */
function onlyPath(text: string): string[] {
  const [found] = [...text.matchAll(FRONT_MATTER_PATH)];
  return found && found[0] === text && found[1] === "" ? [text, found[2] ?? "", found[3] ?? ""] : [];
}
