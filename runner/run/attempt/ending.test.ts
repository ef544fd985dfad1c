import { expect, test } from "vitest";
import { BlockedError } from "../../base/errors.ts";
import { endingOf } from "./ending.ts";

test("a scenario that could have run on a machine with less to do says who has to act", () => {
  expect(endingOf(new BlockedError("machine", "it was too busy"))).toMatchObject({
    verdict: "blocked",
    fault: "environment",
  });
  expect(endingOf(new BlockedError("cli", "there is none"))).toEqual({
    verdict: "blocked",
    reason: "there is none (cli)",
  });
});
