import { isJsonObject } from "../../base/json.ts";
import type { Matcher } from "../../flow/match/matcher.ts";

/**
 * A matcher of requests as requests are recorded: the method in capital letters, the path from its slash on, and its query
 * apart from it, as texts.
 */
export function asRecorded(matcher: Matcher): Matcher {
  switch (matcher.kind) {
    case "not":
      return { kind: "not", matcher: asRecorded(matcher.matcher) };
    case "anyOf":
    case "allOf":
      return { kind: matcher.kind, matchers: matcher.matchers.map(asRecorded) };
    case "members":
      return together(matcher.members.map(([name, member]) => memberAsRecorded(name, member)));
    default:
      return matcher;
  }
}

function memberAsRecorded(name: string, matcher: Matcher): Matcher {
  if (name === "path") return pathAndQuery(matcher);
  if (name === "method") return member(name, whereEqual(matcher, inCapitals));
  return member(name, name === "query" ? whereEqual(matcher, asText) : matcher);
}

function pathAndQuery(matcher: Matcher): Matcher {
  switch (matcher.kind) {
    case "not":
      return { kind: "not", matcher: pathAndQuery(matcher.matcher) };
    case "anyOf":
    case "allOf":
      return { kind: matcher.kind, matchers: matcher.matchers.map(pathAndQuery) };
    case "equals":
      return typeof matcher.value === "string" ? asked(matcher.value) : member("path", matcher);
    default:
      return member("path", matcher);
  }
}

function asked(text: string): Matcher {
  const [path = "", ...query] = text.split("?");
  const names = [...new URLSearchParams(query.join("?"))].map(
    ([name, value]) => [name, equals(value)] as const,
  );
  const inPath = member("path", equals(path.startsWith("/") ? path : `/${path}`));
  return names.length === 0
    ? inPath
    : together([inPath, member("query", { kind: "members", members: names })]);
}

/** Of several members one matcher, which then can say how near something comes. */
function together(matchers: readonly Matcher[]): Matcher {
  const members = matchers.map((each) => (each.kind === "members" ? each.members : undefined));
  const names = members.flatMap((each) => each?.map(([name]) => name) ?? []);
  return members.every((each) => each !== undefined) && new Set(names).size === names.length
    ? { kind: "members", members: members.flat() }
    : { kind: "allOf", matchers };
}

/** The same matcher with the values changed that must be equal. */
function whereEqual(matcher: Matcher, change: (value: unknown) => unknown): Matcher {
  const inner = (each: Matcher) => whereEqual(each, change);
  switch (matcher.kind) {
    case "equals":
      return equals(change(matcher.value));
    case "members":
      return { kind: "members", members: matcher.members.map(([name, each]) => [name, inner(each)]) };
    case "not":
      return { kind: "not", matcher: inner(matcher.matcher) };
    case "anyOf":
    case "allOf":
      return { kind: matcher.kind, matchers: matcher.matchers.map(inner) };
    default:
      return matcher;
  }
}

function inCapitals(value: unknown): unknown {
  return typeof value === "string" ? value.toUpperCase() : value;
}

function asText(value: unknown): unknown {
  if (isJsonObject(value))
    return Object.fromEntries(Object.entries(value).map(([name, each]) => [name, asText(each)]));
  return typeof value === "number" || typeof value === "boolean" ? String(value) : value;
}

function member(name: string, matcher: Matcher): Matcher {
  return { kind: "members", members: [[name, matcher]] };
}

function equals(value: unknown): Matcher {
  return { kind: "equals", value };
}
