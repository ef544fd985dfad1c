import { expect, test } from "vitest";
import { breadth } from "./testing/breadth.ts";
import { killAgainAndAgain } from "./testing/kill/kills.ts";
import { ROOT } from "./testing/qa.ts";

const KILLS = breadth(6, 100);

test("a gateway that is killed at any moment starts again, and neither loses nor repeats a message", async () => {
  const seed = Math.floor(Math.random() * 2 ** 31);
  const counts = await killAgainAndAgain({ repoRoot: ROOT, kills: KILLS, seed });
  expect(counts, `seed ${seed}`).toMatchObject({ messagesSent: KILLS, messagesAnswered: KILLS });
});
