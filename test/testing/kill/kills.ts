import { setTimeout as delay } from "node:timers/promises";
import { Teardown } from "../../../runner/base/teardown.ts";
import { waitForCondition } from "../../../runner/base/waits.ts";
import type { Wakeups } from "../../../runner/base/wakeups.ts";
import type { QaBus } from "../../../runner/channel/bus.ts";
import { EmbeddedKind } from "../../../runner/gateway/embedded/embedded.ts";
import type { GatewayUnderTest } from "../../../runner/gateway/gateway.ts";
import { Testbed } from "../../../runner/run/testbed/testbed.ts";
import { type Activity, configWrite, pluginInstall, sentinelWrite } from "./activities.ts";
import { SeededRandom } from "./random.ts";

export interface KillOptions {
  /** Holds fixtures/. */
  repoRoot: string;
  kills: number;
  seed: number;
}

/** The result of the kills. Every field that must be 0 is 0; a broken promise is thrown. */
export interface KillCounts {
  /** By activity: how often it was cut off, and which state the next process found. */
  activities: Record<string, { kills: number; old: number; new: number }>;
  messagesSent: number;
  messagesAnswered: number;
  notesAsked: number;
  notesReported: number;
}

const SETTLE_TIMEOUT_MS = 60_000;
const TEARDOWN_MS = 10_000;
/**
 * The part of the rounds that may begin with turns of the previous round still open, never two of them in a row: a turn
 * that was cut off five times is given up, and a round can cut it off twice, by its kill and by the restart that a change
 * of its own brings.
 */
const OVERLAP = 0.3;

/**
 * Kills a gateway at random moments while it writes and talks, and starts it again each time.
 * @throws Error that names the round and the promise that was broken
 */
export async function killAgainAndAgain({ repoRoot, kills, seed }: KillOptions): Promise<KillCounts> {
  const teardown = new Teardown();
  const testbed = new Testbed({
    gateway: new EmbeddedKind(teardown),
    signal: new AbortController().signal,
  });
  try {
    const { gateway } = await testbed.ready;
    return await new KillRun(gateway, testbed, { repoRoot, kills, seed }).perform();
  } finally {
    await testbed.close();
    await teardown.run(TEARDOWN_MS);
  }
}

class KillRun {
  readonly #gateway: GatewayUnderTest;
  readonly #bus: QaBus;
  readonly #wakeups: Wakeups;
  readonly #options: KillOptions;
  readonly #random: SeededRandom;
  readonly #sent: string[] = [];
  #notesAsked = 0;
  #overlaps = false;

  constructor(gateway: GatewayUnderTest, { bus, wakeups }: Testbed, options: KillOptions) {
    this.#gateway = gateway;
    this.#bus = bus;
    this.#wakeups = wakeups;
    this.#options = options;
    this.#random = new SeededRandom(options.seed);
  }

  async perform(): Promise<KillCounts> {
    const { kills, repoRoot } = this.#options;
    const note = sentinelWrite();
    const activities = [
      configWrite(),
      note,
      pluginInstall(`${repoRoot}/fixtures/plugins/qa-almanac`, "qa-almanac"),
    ];
    const counts: KillCounts["activities"] = {};
    for (const { name } of activities) counts[name] = { kills: 0, old: 0, new: 0 };
    for (let round = 1; round <= kills; round += 1) {
      const activity = activities[(round - 1) % activities.length] as Activity;
      if (activity === note) this.#notesAsked += 1;
      const found = await this.#round(activity, round).catch((error: unknown) => {
        throw new Error(`round ${round} of seed ${this.#options.seed}, ${activity.name}: ${error}`, {
          cause: error,
        });
      });
      const count = counts[activity.name];
      if (count === undefined) continue;
      count.kills += 1;
      count[found] += 1;
    }
    await this.#settled();
    return {
      activities: counts,
      messagesSent: this.#sent.length,
      messagesAnswered: this.#answered().length,
      notesAsked: this.#notesAsked,
      notesReported: this.#notes().length,
    };
  }

  async #round(activity: Activity, round: number): Promise<"old" | "new"> {
    await activity.prepare?.(this.#gateway);
    this.#say(round);
    let acknowledged = false;
    const begun = activity.begin(this.#gateway, round).then(
      () => {
        acknowledged = true;
      },
      // The kill cut it off, which is the point.
      () => {},
    );
    // Not a wait for something: the moment of the kill is what is tried out.
    await delay(this.#random.below(activity.windowMs));
    this.#gateway.signalProcess("SIGKILL");
    await this.#gateway.restartAfterStateMutation(() => begun);
    this.#overlaps = this.#random.next() < OVERLAP && !this.#overlaps;
    if (!this.#overlaps) await this.#settled();
    const found = await activity.check(this.#gateway, acknowledged);
    this.#checkNothingTwice();
    return found;
  }

  #say(round: number): void {
    const marker = `MARK-${round}.`;
    this.#sent.push(marker);
    this.#bus.addInboundMessage({
      conversation: { id: "alice", kind: "direct" },
      senderId: "alice",
      text: `Reply exactly: ${marker}`,
    });
  }

  async #settled(): Promise<void> {
    await waitForCondition(this.#wakeups, () => this.#answered().length >= this.#sent.length, {
      what: "an answer to every message",
      timeoutMs: SETTLE_TIMEOUT_MS,
      evidence: () => {
        const answered = new Set(this.#answered());
        const missing = this.#sent.filter((marker) => !answered.has(marker));
        return `without an answer: ${missing.join(", ")}\n${this.#gateway.logs().slice(-4_000)}`;
      },
    });
  }

  #answered(): string[] {
    return this.#outbound().filter((text) => text.startsWith("MARK-"));
  }

  #notes(): string[] {
    return this.#outbound().flatMap((text) => /NOTE-\d+\./.exec(text)?.[0] ?? []);
  }

  #outbound(): string[] {
    const { messages } = this.#bus.getSnapshot();
    return messages.filter(({ direction }) => direction === "outbound").map(({ text }) => text);
  }

  #checkNothingTwice(): void {
    for (const texts of [this.#answered(), this.#notes()]) {
      const twice = texts.filter((text, index) => texts.indexOf(text) !== index);
      if (twice.length > 0) throw new Error(`delivered twice: ${twice.join(", ")}`);
    }
  }
}
