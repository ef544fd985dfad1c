import { test } from "vitest";
import { checkAgain } from "./check.ts";
import { RELEASES } from "./release.ts";

test.for([...RELEASES])(
  "no row about %s is worse than the committed one, whatever it takes",
  async (version, { skip }) => {
    await checkAgain(version, [], skip, { FIDELITY_RANDOM: "more" });
  },
);
