import { expect, test } from "vitest";
import { RELEASES } from "../fidelity/release.ts";
import { readRows } from "../fidelity/rows.ts";
import { PUBLISHED } from "./install.ts";

/** Of twenty, as on the release of the seeds. */
const AS_RELEASE = 16;

// The rows are made by `pnpm fidelity published-plugins`, and compared again every night.
const rows = await readRows("published-plugins");

test.each(RELEASES)("each of the twenty published plugins was compared with %s", (release) => {
  const compared = rows.filter((row) => row.release === release).map(({ name }) => name);
  expect(compared).toEqual(PUBLISHED.map(({ name, version }) => `${name}@${version}`));
});

test("sixteen of the published plugins bring what they bring on 2026.4.26", () => {
  const same = rows.filter(({ release, verdict }) => release === RELEASES[0] && verdict === "same");
  expect(same.length).toBeGreaterThanOrEqual(AS_RELEASE);
});

test("what a published plugin lacks on the embedded gateway, a diagnostic names", () => {
  const ofHere = rows.map(({ name, why = "" }) => ({ name, here: why.split("; there: ")[0] }));
  expect(ofHere.filter(({ here }) => here?.includes("here: no diagnostic names"))).toEqual([]);
});
