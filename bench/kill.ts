import { resolve } from "node:path";
import { killAgainAndAgain } from "../test/testing/kill/kills.ts";

// `node bench/kill.ts [kills] [seed]`: kills a gateway while it writes, many times, and prints what came of it.

const kills = Number(process.argv[2] ?? 200);
const seed = Number(process.argv[3] ?? Math.floor(Math.random() * 2 ** 31));
process.stdout.write(`seed ${seed}, ${kills} kills\n`);
const { activities, ...counts } = await killAgainAndAgain({
  repoRoot: resolve(import.meta.dirname, ".."),
  kills,
  seed,
});
for (const [name, count] of Object.entries(activities)) {
  const { kills, old, new: changed } = count;
  process.stdout.write(
    `${name}: ${kills} kills, then ${old} times the old state and ${changed} times the new\n`,
  );
}
process.stdout.write(
  `messages: ${counts.messagesSent} sent, ${counts.messagesAnswered} answered once, none twice\n` +
    `restart notes: ${counts.notesAsked} asked for, ${counts.notesReported} delivered once, none twice\n`,
);
