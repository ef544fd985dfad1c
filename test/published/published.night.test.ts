import { expect, test } from "vitest";
import { findRelease } from "../fidelity/release.ts";
import { onEmbedded, onRelease, PUBLISHED } from "./brings.ts";

/** Of twenty. */
const AS_RELEASE = 16;

test("sixteen of the published plugins bring what they bring on 2026.4.26; the others have a diagnostic", async ({
  skip,
}) => {
  const release = await findRelease("2026.4.26");
  if (typeof release === "string") return skip(release);
  const lacking: { name: string; lacks: string[]; codes: string[] }[] = [];
  for (const plugin of PUBLISHED) {
    const theirs = await onRelease(release, plugin);
    const { brings, codes } = await onEmbedded(plugin);
    const lacks = [...theirs.difference(brings)];
    if (lacks.length > 0) lacking.push({ name: plugin.name, lacks, codes });
  }
  expect(lacking.filter(({ codes }) => codes.length === 0)).toEqual([]);
  expect(PUBLISHED.length - lacking.length, JSON.stringify(lacking)).toBeGreaterThanOrEqual(AS_RELEASE);
});
