import { expect, test } from "vitest";
import { parseRelease } from "../../base/target.ts";
import { pickRelease } from "./resolve.ts";

const PUBLISHED = {
  versions: ["2026.4.25", "2026.4.26", "2026.5.7", "2026.9.6", "2026.10.1-beta.1"],
  tags: { latest: "2026.9.6", beta: "2026.10.1-beta.1" },
};
const ONLINE = { ...PUBLISHED, kept: false };
const OFFLINE = { ...PUBLISHED, kept: true };

test.each([
  ["openclaw", "2026.9.6"],
  ["openclaw@", "2026.9.6"],
  ["openclaw@latest", "2026.9.6"],
  ["openclaw@beta", "2026.10.1-beta.1"],
  ["openclaw@2026.4.26", "2026.4.26"],
  ["openclaw@v2026.4.26", "2026.4.26"],
  ["openclaw@2026.4", "2026.4.26"],
  ["openclaw@<2026.9", "2026.5.7"],
  ["openclaw@*", "2026.9.6"],
])("%s means %s", (target, version) => {
  expect(pickRelease(parseRelease(target).spec, ONLINE, [])).toBe(version);
});

test.each([
  ["2026.4.27", /Did you mean openclaw@2026\.4\.2[56]\?/],
  ["latst", /Did you mean openclaw@latest\?/],
  ["nonsense-of-some-length", /Newest releases: 2026\.10\.1-beta\.1, 2026\.9\.6/],
  ["__proto__", /Tags: latest, beta/],
])("openclaw@%s is not a release", (spec, hint) => {
  expect(() => pickRelease(spec, ONLINE, [])).toThrow(
    expect.objectContaining({ code: "usage", hint: expect.stringMatching(hint) }),
  );
});

test("without the registry a range means the newest that is installed", () => {
  expect(pickRelease(">=2026.4", OFFLINE, ["2026.4.25", "2026.5.7"])).toBe("2026.5.7");
});

test.each(["latest", "2026.9.6", "2026.9.7", ">2026.9"])(
  "without the registry %s must be installed",
  (spec) => {
    expect(() => pickRelease(spec, OFFLINE, ["2026.5.7"])).toThrow(
      expect.objectContaining({ code: "release-not-installed", hint: "Installed: 2026.5.7." }),
    );
  },
);
