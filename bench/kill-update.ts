import { randomInt } from "node:crypto";
import { parseArgs } from "node:util";
import { Teardown } from "../runner/base/teardown.ts";
import { EmbeddedKind } from "../runner/gateway/embedded/embedded.ts";
import type { GatewayUnderTest } from "../runner/gateway/gateway.ts";
import { Testbed } from "../runner/run/testbed/testbed.ts";

// `node bench/kill-update.ts [--kills 20] [--seed n]`: ends the gateway with SIGKILL at random moments of an
// update. It must come back every time, as the old or the new version, and be able to update again.

const { values } = parseArgs({ options: { kills: { type: "string" }, seed: { type: "string" } } });
const kills = Number(values.kills ?? 20);
const seed = Number(values.seed ?? randomInt(2 ** 31));
const VERSIONS = ["1.0.0", "1.1.0"];
const TIMEOUT_MS = 60_000;
const TEARDOWN_MS = 20_000;
/** After five short lives in a row the supervisor gives up, as on a crash loop: an update in between ends the row. */
const KILLS_IN_A_ROW = 3;

const random = generator(seed);
const teardown = new Teardown();
const counts: Record<string, number> = {};
process.stdout.write(`seed ${seed}\n`);
const testbed = new Testbed(
  {
    gateway: new EmbeddedKind(teardown),
    signal: new AbortController().signal,
  },
  { release: { version: "1.0.0" } },
);
try {
  const { gateway } = await testbed.ready;
  let updateMs = await timeUpdate(gateway);
  for (let kill = 1; kill <= kills; kill++) {
    const { version: from } = await gateway.identity();
    const outcome = await killDuringUpdate(gateway, random() * updateMs * 1.1);
    const { version } = await gateway.identity();
    if (!VERSIONS.includes(version)) throw new Error(`kill ${kill}: the gateway came back as ${version}`);
    const what = `${outcome}, came back as the ${version === from ? "old" : "new"} version`;
    counts[what] = (counts[what] ?? 0) + 1;
    if (kill % KILLS_IN_A_ROW === 0 || kill === kills) updateMs = await timeUpdate(gateway);
  }
  for (const [what, times] of Object.entries(counts)) process.stdout.write(`${times} × ${what}\n`);
  process.stdout.write(`the last update took ${Math.round(updateMs)} ms\n`);
} finally {
  const problems = [...(await testbed.close()), ...(await teardown.run(TEARDOWN_MS))];
  for (const problem of problems) process.stderr.write(`${problem}\n`);
}

/** Updates to the other of the two versions, to the end. @returns how long the call took, in ms */
async function timeUpdate(gateway: GatewayUnderTest): Promise<number> {
  const before = await gateway.identity();
  const startedAt = performance.now();
  const { ok, result } = await update(gateway, before.version);
  const took = performance.now() - startedAt;
  if (ok !== true) throw new Error(`the update failed: ${JSON.stringify(result)}`);
  await gateway.waitForNewBoot(before.bootId);
  return took;
}

async function killDuringUpdate(gateway: GatewayUnderTest, afterMs: number): Promise<string> {
  const { pid, version, bootId } = await gateway.identity();
  if (pid === undefined) throw new Error("the gateway does not say which process it is");
  const updating = update(gateway, version).then(
    () => "killed after the update",
    () => "killed during the update",
  );
  await new Promise((done) => setTimeout(done, afterMs));
  try {
    process.kill(pid, "SIGKILL");
  } catch {
    // It had restarted already.
  }
  const outcome = await updating;
  await gateway.waitForNewBoot(bootId);
  return outcome;
}

function update(gateway: GatewayUnderTest, version: string) {
  const target = VERSIONS.find((other) => other !== version);
  return gateway.call("update.run", { target, allowDowngrade: true }, { timeoutMs: TIMEOUT_MS });
}

/** Numbers from 0 to 1, the same for the same seed (mulberry32). */
function generator(start: number): () => number {
  let state = start;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}
