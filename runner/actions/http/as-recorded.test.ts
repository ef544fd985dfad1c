import { expect, test } from "vitest";
import { matches } from "../../flow/match/match.ts";
import type { Matcher } from "../../flow/match/matcher.ts";
import { asRecorded } from "./as-recorded.ts";

const REQUEST = { method: "GET", path: "/a", query: { x: "1", y: "" }, body: "" };

const is = (value: unknown): Matcher => ({ kind: "equals", value });
const has = (name: string, member: Matcher): Matcher => ({ kind: "members", members: [[name, member]] });

test.each([
  ["a path with its query", has("path", is("/a?x=1"))],
  ["without its slash", has("path", is("a"))],
  ["a method in small letters", has("method", { kind: "anyOf", matchers: [is("post"), is("get")] })],
  ["a number in a query", has("query", has("x", is(1)))],
  ["a whole query", has("query", is({ x: 1, y: "" }))],
  [
    "path and query apart and together",
    {
      kind: "members",
      members: [
        ["path", is("a?y=")],
        ["query", has("x", is(1))],
      ],
    } as const,
  ],
])("%s is what was asked", (_what, matcher) => {
  expect(matches(matcher, REQUEST)).toBe(false);
  expect(matches(asRecorded(matcher), REQUEST)).toBe(true);
  expect(matches(asRecorded({ kind: "not", matcher }), REQUEST)).toBe(false);
});

test.each([
  ["another query", has("path", is("/a?x=2"))],
  ["another path", has("path", is("/ab"))],
  ["another method", has("method", is("post"))],
  ["a query that must not be there", has("query", has("x", { kind: "exists", value: false }))],
])("%s is not", (_what, matcher) => {
  expect(matches(asRecorded(matcher), REQUEST)).toBe(false);
});
