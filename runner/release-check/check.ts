import { randomUUID } from "node:crypto";
import { scanLog } from "../actions/gateway/log-sentinels.ts";
import { errorMessage } from "../base/errors.ts";
import type { QaBus } from "../channel/bus.ts";
import { waitForOutboundMessage } from "../channel/outbound-waits.ts";
import type { GatewayKind, GatewayUnderTest } from "../gateway/gateway.ts";
import { Testbed } from "../run/testbed/testbed.ts";
import { type Route, type UpdateOutcome, updateThrough } from "./routes.ts";

const RESTART_TIMEOUT_MS = 60_000;
const TURN_TIMEOUT_MS = 30_000;

/** One check of the update, and what it saw. */
interface CheckResult {
  what: string;
  ok: boolean;
  seen: string;
}

export interface RouteReport {
  route: Route;
  passed: boolean;
  findings: CheckResult[];
}

export interface CheckOptions {
  kind: GatewayKind;
  from: string;
  to: string;
  signal: AbortSignal;
  /** Called for each thing that could not be torn down. */
  onLeft(problem: string): void;
}

/**
 * Installs `from`, lets it update itself to `to`, and checks it strictly: an update that ends badly is not
 * excused by what is installed afterwards.
 * @throws QaError when `from` cannot be installed or started: then there is nothing to check
 */
export async function checkUpdate(
  route: Route,
  { kind, from, to, signal, onLeft }: CheckOptions,
): Promise<RouteReport> {
  const testbed = new Testbed({ gateway: kind, signal }, { release: { version: from } });
  try {
    const { gateway } = await testbed.ready;
    const findings = await new UpdateCheck(gateway, testbed.bus, signal).run(route, from, to);
    return { route, passed: findings.every(({ ok }) => ok), findings };
  } finally {
    for (const problem of await testbed.close()) onLeft(problem);
  }
}

class UpdateCheck {
  readonly #gateway: GatewayUnderTest;
  readonly #bus: QaBus;
  readonly #signal: AbortSignal;
  readonly #findings: CheckResult[] = [];

  constructor(gateway: GatewayUnderTest, bus: QaBus, signal: AbortSignal) {
    this.#gateway = gateway;
    this.#bus = bus;
    this.#signal = signal;
  }

  async run(route: Route, from: string, to: string): Promise<CheckResult[]> {
    const before = await this.#gateway.identity({ signal: this.#signal });
    this.#note("version before", before.version === from, before.version);
    const mark = this.#gateway.markLogs();
    const outcome = await updateThrough(route, this.#gateway, to, this.#signal);
    this.#noteOutcome(outcome);
    if (outcome.ok) {
      await this.#try("another process runs", async () => {
        const { bootId } = await this.#gateway.waitForNewBoot(before.bootId, { signal: this.#signal });
        return `boot ${before.bootId} became ${bootId}`;
      });
    }
    await this.#try("version after", async () => {
      const { version } = await this.#gateway.identity({ signal: this.#signal });
      if (version !== to) throw new Error(version);
      return version;
    });
    await this.#try("health", async () => {
      await this.#gateway.waitHealthy(RESTART_TIMEOUT_MS, this.#signal);
      return "ready, and answers RPC";
    });
    await this.#try("an agent turn", () => this.#turn());
    const trouble = scanLog(this.#gateway.readLogsSince(mark));
    this.#note("the log", trouble.length === 0, trouble[0]?.text ?? "nothing that means trouble");
    return this.#findings;
  }

  #note(what: string, ok: boolean, seen: string): void {
    this.#findings.push({ what, ok, seen });
  }

  #noteOutcome({ ok, exit, version, reason }: UpdateOutcome): void {
    this.#note("the update's own verdict", ok, `${exit}${reason === undefined ? "" : `, ${reason}`}`);
    this.#note("the version it says it installed", ok, version);
  }

  /** One check, whose failure does not keep the others from being made. */
  async #try(what: string, part: () => Promise<string>): Promise<void> {
    try {
      this.#note(what, true, await part());
    } catch (error) {
      this.#signal.throwIfAborted();
      this.#note(what, false, errorMessage(error));
    }
  }

  async #turn(): Promise<string> {
    const marker = `RELEASE-CHECK-${randomUUID().slice(0, 8)}`;
    this.#bus.addInboundMessage({
      conversation: { id: "alice", kind: "direct" },
      senderId: "alice",
      text: `Reply exactly: ${marker}`,
    });
    const reply = await waitForOutboundMessage(
      this.#bus,
      ({ text }) => text.includes(marker),
      TURN_TIMEOUT_MS,
    );
    return reply.text;
  }
}
