import { expect, test } from "vitest";
import { mediaPathIn } from "./images.ts";

const resultWith = (media: unknown) => JSON.stringify({ content: [], details: { media } });

test("finds the path of the first media file in a tool's result", () => {
  expect(mediaPathIn(resultWith({ mediaUrl: " /state/a.png " }))).toBe("/state/a.png");
  expect(mediaPathIn(resultWith({ mediaUrls: ["", "/state/b.png"] }))).toBe("/state/b.png");
  expect(mediaPathIn(resultWith({ attachments: [{}, { filePath: "/state/c.png" }] }))).toBe("/state/c.png");
});

test.for([
  undefined,
  "",
  "not JSON",
  "[]",
  "null",
  '{"details":null}',
  resultWith([]),
  resultWith({ path: 1 }),
])("finds none in %j", (text) => {
  expect(mediaPathIn(text)).toBeUndefined();
});
