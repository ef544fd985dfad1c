import { expect, test } from "vitest";
import { mapRelease } from "./mapping.ts";

test("a release of this gateway is itself", () => {
  expect(mapRelease({ version: "1.0.0", updateTo: "beta" })).toEqual({ version: "1.0.0" });
  expect(mapRelease({})).toBeUndefined();
});

test.each([
  ["latest", "latest", "1.1.0"],
  ["beta", "beta", "1.2.0-beta.1"],
  ["2026.4.27", "latest", "1.1.0"],
  [undefined, "latest", "1.1.0"],
])(
  "a published release that updates itself to %s is mapped, which is said",
  (updateTo, tag, targetVersion) => {
    expect(mapRelease({ version: "2026.4.26", updateTo })).toEqual({
      version: "1.0.0",
      plan: { sourceVersion: "1.0.0", targetTag: tag, targetVersion, notice: "note", isService: false },
      note: `the embedded gateway has no release 2026.4.26: 1.0.0 (previous) updates itself to ${targetVersion} (${tag}) instead`,
    });
  },
);

test("a version of neither is an error, with those that there are", () => {
  expect(() => mapRelease({ version: "1.0.1" })).toThrow(
    expect.objectContaining({ code: "release-unknown", hint: expect.stringContaining("1.0.0 (previous)") }),
  );
});
