import { isMap, parseDocument, type YAMLMap } from "yaml";

/**
 * Adds a script to the text of a package.json; everything else stays byte for byte.
 * @returns undefined if there is such a script already, or the text is not what a package.json is
 */
export function withScript(text: string, name: string, command: string): string | undefined {
  // JSON is YAML, and YAML's parser says where things stand.
  const { contents, errors } = parseDocument(text);
  if (errors.length > 0 || !isMap(contents)) return undefined;
  const scripts = contents.get("scripts");
  const entry = `${JSON.stringify(name)}: ${JSON.stringify(command)}`;
  const [, lineBreak = " ", indent = ""] = /(\r?\n)([ \t]+)"/.exec(text) ?? [];
  const block = `{${lineBreak}${indent}${indent}${entry}${lineBreak}${indent}}`;
  if (scripts === undefined) return inserted(text, contents, `"scripts": ${block}`);
  if (!isMap(scripts) || scripts.has(name)) return undefined;
  if (scripts.items.length > 0) return inserted(text, scripts, entry);
  const [start = 0, end = 0] = scripts.range ?? [];
  return `${text.slice(0, start)}${block}${text.slice(end)}`;
}

/** Puts a member behind the last one of a mapping, on a line of its own if that has one. */
function inserted(text: string, map: YAMLMap, member: string): string | undefined {
  const { key, value } = map.items.at(-1) ?? {};
  const [start, end] = [rangeOf(key)?.[0], rangeOf(value)?.[1]];
  if (start === undefined || end === undefined) return undefined;
  const [before = ""] = /\s*$/.exec(text.slice(0, start)) ?? [];
  return `${text.slice(0, end)},${before || " "}${member}${text.slice(end)}`;
}

function rangeOf(node: unknown): readonly number[] | undefined {
  if (typeof node !== "object" || node === null || !("range" in node)) return undefined;
  return Array.isArray(node.range) ? node.range : undefined;
}
