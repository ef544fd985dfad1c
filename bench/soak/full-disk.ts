import { closeSync, openSync, rmSync, statSync, truncateSync, writeSync } from "node:fs";
import { join } from "node:path";
import { Teardown } from "../../runner/base/teardown.ts";
import { delay } from "../../runner/base/timers.ts";
import { waitForCondition } from "../../runner/base/waits.ts";
import { EmbeddedKind } from "../../runner/gateway/embedded/embedded.ts";
import { Testbed } from "../../runner/run/testbed/testbed.ts";
import { SeededRandom } from "../../test/testing/kill/random.ts";

// `node bench/soak/full-disk.ts <seed>`, with TMPDIR on a small disk of its own: fills the disk again and again while
// messages arrive, frees it, sometimes kills the gateway then. Each message must be answered once.

const ROUNDS = 4;
const SETTLE_MS = 120_000;
const TEARDOWN_MS = 20_000;

const random = new SeededRandom(Number(process.argv[2]));
const filler = join(process.env.TMPDIR ?? "", "filler");
const teardown = new Teardown();
const testbed = new Testbed({
  gateway: new EmbeddedKind(teardown),
  signal: new AbortController().signal,
});
const sent: string[] = [];
try {
  const { gateway } = await testbed.ready;
  for (let round = 1; round <= ROUNDS; round += 1) {
    say(round, "before");
    await delay(random.below(200));
    fill(random.next() < 0.5 ? 0 : Math.floor(random.below(4)) * 4096);
    for (let count = random.below(4); count >= 0; count -= 1) {
      say(round, `full-${Math.floor(count)}`);
      await delay(random.below(600));
    }
    rmSync(filler);
    if (random.next() < 0.4) {
      gateway.signalProcess("SIGKILL");
      await gateway.restartAfterStateMutation(async () => {});
    }
    await settled();
  }
} finally {
  rmSync(filler, { force: true });
  const problems = [...(await testbed.close()), ...(await teardown.run(TEARDOWN_MS))];
  for (const problem of problems) process.stderr.write(`${problem}\n`);
}

/** Fills the disk but for some bytes. */
function fill(butFor: number): void {
  const file = openSync(filler, "w");
  const block = Buffer.alloc(64 * 1024);
  let size = block.length;
  while (size >= 1) {
    try {
      writeSync(file, block, 0, size);
    } catch {
      size = size > 1 ? Math.floor(size / 2) : 0;
    }
  }
  closeSync(file);
  if (butFor === 0) return;
  truncateSync(filler, Math.max(0, statSync(filler).size - butFor));
}

function say(round: number, when: string): void {
  const marker = `MARK-${round}-${when}.`;
  sent.push(marker);
  testbed.bus.addInboundMessage({
    conversation: { id: "alice", kind: "direct" },
    senderId: "alice",
    text: `Reply exactly: ${marker}`,
  });
}

function answers(): string[] {
  const { messages } = testbed.bus.getSnapshot();
  return messages
    .filter(({ direction, text }) => direction === "outbound" && text.startsWith("MARK-"))
    .map(({ text }) => text);
}

async function settled(): Promise<void> {
  await waitForCondition(testbed.wakeups, () => sent.every((marker) => answers().includes(marker)), {
    what: "an answer to every message",
    timeoutMs: SETTLE_MS,
    evidence: () =>
      `without an answer: ${sent.filter((marker) => !answers().includes(marker)).join(", ")}\n${testbed.gateway?.logs().slice(-3_000)}`,
  });
  const twice = answers().filter((text, index, all) => all.indexOf(text) !== index);
  if (twice.length > 0) throw new Error(`answered twice: ${twice.join(", ")}`);
}
