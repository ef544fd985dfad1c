import { test } from "vitest";
import { checkAgain } from "./check.ts";
import { RELEASES } from "./release.ts";

test.for([...RELEASES])(
  "no row about %s is worse than the committed one, whatever it takes",
  // The command line of a release takes seconds for each of its commands, a published plugin too, and a browser its own.
  { timeout: 1_800_000 },
  async (version, { skip }) => {
    await checkAgain(version, [], skip, { FIDELITY_RANDOM: "more" });
  },
);
