import type { FunctionEntry, ObjectEntry, Vocabulary, VocabularyEntry } from "./vocabulary.ts";

type Members = ObjectEntry["members"];

/** Entry of a name or of one of its aliases. */
export function lookupEntry(members: Members, name: string): VocabularyEntry | undefined {
  if (Object.hasOwn(members, name)) return members[name];
  return aliasesOf(members).get(name)?.entry;
}

/** All names that resolve in a vocabulary, aliases included. */
export function knownNames(members: Members): string[] {
  return [...Object.keys(members), ...aliasesOf(members).keys()];
}

/** Alias and the name it stands for, for the functions of the top level. */
export function topLevelAliases(vocabulary: Vocabulary): [alias: string, name: string][] {
  return [...aliasesOf(vocabulary)].map(([alias, { name }]) => [alias, name]);
}

const aliasCache = new WeakMap<Members, Map<string, { name: string; entry: FunctionEntry }>>();

function aliasesOf(members: Members): Map<string, { name: string; entry: FunctionEntry }> {
  const cached = aliasCache.get(members);
  if (cached) return cached;
  const aliases = new Map<string, { name: string; entry: FunctionEntry }>();
  for (const [name, entry] of Object.entries(members)) {
    if (entry.kind !== "function") continue;
    for (const alias of entry.aliases ?? []) aliases.set(alias, { name, entry });
  }
  aliasCache.set(members, aliases);
  return aliases;
}

/** How far a path of member names leads into the vocabulary. */
export interface PathLookup {
  /** Entry at the end of the known part; undefined beyond a value or an open object. */
  entry?: VocabularyEntry;
  /** Index in the path of the member that does not exist. */
  missingAt?: number;
  /** Members the object at that point has. */
  available?: string[];
}

/** Follows `path` (root name first, which must exist) as far as the vocabulary declares members. */
export function lookupPath(vocabulary: Vocabulary, path: readonly string[]): PathLookup {
  const [root = "", ...keys] = path;
  let entry = lookupEntry(vocabulary, root);
  for (const [index, key] of keys.entries()) {
    if (entry?.kind !== "object") return {};
    const member = lookupEntry(entry.members, key);
    if (!member) return entry.open ? {} : { missingAt: index + 1, available: knownNames(entry.members) };
    entry = member;
  }
  return { entry };
}

/** Every function of a vocabulary by its dotted path; one that several paths lead to, by the first. */
export function functionsIn(vocabulary: Vocabulary): [path: string, entry: FunctionEntry][] {
  const seen = new Set<object>();
  const list = (members: Members, prefix: string): [string, FunctionEntry][] =>
    Object.entries(members).flatMap(([name, entry]): [string, FunctionEntry][] => {
      if (entry.kind === "function") return [[prefix + name, entry]];
      if (entry.kind === "value" || seen.has(entry)) return [];
      seen.add(entry);
      return list(entry.members, `${prefix}${name}.`);
    });
  return list(vocabulary, "");
}
