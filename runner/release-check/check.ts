import { randomUUID } from "node:crypto";
import { scanLog } from "../actions/gateway/log-sentinels.ts";
import { isUpdateObstacle } from "../actions/gateway/update.ts";
import { BlockedError, errorMessage, QaError } from "../base/errors.ts";
import type { QaBus } from "../channel/bus.ts";
import { waitForOutboundMessage } from "../channel/outbound-waits.ts";
import type { GatewayKind, GatewayUnderTest, OwnRelease } from "../gateway/gateway.ts";
import { Testbed } from "../run/testbed/testbed.ts";
import { type Route, type UpdateOutcome, updateStatus, updateThrough } from "./routes.ts";

/** A new version may migrate the old one's state first. */
const RESTART_TIMEOUT_MS = 180_000;
const TURN_TIMEOUT_MS = 120_000;
/** The runner's own channel, which no release includes. */
const CHANNEL = "qa-channel";

/** One check, and what it saw. */
interface CheckResult {
  what: string;
  ok: boolean;
  seen: string;
}

/** A phase of a release check. */
export interface PhaseReport {
  passed: boolean;
  /** Why nothing can be said here, which is not the release's fault. */
  blocked?: string;
  findings: CheckResult[];
}

export interface RouteReport extends PhaseReport {
  route: Route;
}

export interface CheckOptions {
  kind: GatewayKind;
  /** What is installed; absent where the kind is of one release. */
  release?: OwnRelease;
  signal: AbortSignal;
  /** Called for each thing that could not be torn down. */
  onLeft(problem: string): void;
}

/**
 * Starts a fresh install of a version, and checks that it works.
 * @throws QaError when it cannot be installed; that it does not start is a finding
 */
export async function checkFresh(version: string | undefined, options: CheckOptions): Promise<PhaseReport> {
  try {
    return await withTestbed(options, async (check) => {
      await check.version("version", version);
      await check.works();
    });
  } catch (error) {
    if (!(error instanceof QaError) || error.fault !== "product") throw error;
    return { passed: false, findings: [{ what: "it starts", ok: false, seen: withLastLine(error) }] };
  }
}

/**
 * Installs the first version, lets it update itself to the next and that to the one after it, and checks each strictly: an
 * update that ends badly is not excused by what is installed afterwards.
 * @param versions undefined where the gateway's own plan says them, which has one update
 * @throws QaError when `from` cannot be installed or started: then there is nothing to check
 */
export async function checkUpdate(
  route: Route,
  versions: readonly string[] | undefined,
  options: CheckOptions,
): Promise<RouteReport> {
  const report = await withTestbed(options, async (check, gateway) => {
    const { sourceVersion = "", targetVersion = "" } = gateway.updatePlan ?? {};
    const [first = "", ...later] = versions ?? [sourceVersion, targetVersion];
    let from = first;
    for (const to of later) {
      if (check.findings.some(({ ok }) => !ok)) {
        check.findings.push({
          what: `update to ${to}`,
          ok: false,
          seen: "not tried, because the one before it is not good",
        });
        break;
      }
      await check.update(route, from, to);
      from = to;
    }
  });
  return { route, ...report };
}

async function withTestbed(
  { kind, release, signal, onLeft }: CheckOptions,
  run: (check: Check, gateway: GatewayUnderTest) => Promise<void>,
): Promise<PhaseReport> {
  const testbed = new Testbed({ gateway: kind, signal }, release === undefined ? {} : { release });
  try {
    const { gateway } = await testbed.ready;
    const check = new Check(gateway, testbed.bus, signal);
    try {
      await run(check, gateway);
    } catch (error) {
      if (!(error instanceof BlockedError)) throw error;
      return { passed: false, blocked: error.message, findings: check.findings };
    }
    return { passed: check.findings.every(({ ok }) => ok), findings: check.findings };
  } finally {
    for (const problem of await testbed.close()) onLeft(problem);
  }
}

class Check {
  readonly findings: CheckResult[] = [];
  readonly #gateway: GatewayUnderTest;
  readonly #bus: QaBus;
  readonly #signal: AbortSignal;

  constructor(gateway: GatewayUnderTest, bus: QaBus, signal: AbortSignal) {
    this.#gateway = gateway;
    this.#bus = bus;
    this.#signal = signal;
  }

  /** @throws BlockedError when the release says that it cannot update itself here */
  async update(route: Route, from: string, to: string): Promise<void> {
    const before = await this.#gateway.identity({ signal: this.#signal });
    this.#note("version before", before.version === from, before.version);
    const mark = this.#gateway.markLogs();
    const outcome = await updateThrough(route, this.#gateway, to, this.#signal);
    if (isUpdateObstacle(outcome.reason)) {
      throw new BlockedError("self-update", `the release cannot update itself here: ${outcome.reason}`);
    }
    const own = outcome.facts.find((fact) => fact.includes(CHANNEL));
    if (!outcome.ok && own !== undefined) {
      throw new BlockedError("channel", `the runner's own channel does not go with this release: ${own}`);
    }
    this.#noteOutcome(outcome);
    if (outcome.ok) {
      await this.#try("another process runs", async () => {
        const options = { timeoutMs: RESTART_TIMEOUT_MS, signal: this.#signal };
        const { bootId } = await this.#gateway.waitForNewBoot(before.bootId, options);
        return `boot ${before.bootId} became ${bootId}`;
      });
    }
    await this.version("version after", to);
    if (outcome.ok && route === "gateway update") {
      await this.#try("update status", () => updateStatus(this.#gateway, this.#signal));
    }
    await this.works(mark);
  }

  async version(what: string, wanted: string | undefined): Promise<void> {
    await this.#try(what, async () => {
      const { version } = await this.#gateway.identity({ signal: this.#signal });
      if (wanted !== undefined && version !== wanted) throw new Error(version);
      return version;
    });
  }

  /** @param mark where the part of the log begins that is looked at */
  async works(mark = 0): Promise<void> {
    const isUp = await this.#try("health", async () => {
      await this.#gateway.waitHealthy(RESTART_TIMEOUT_MS, this.#signal);
      return "ready, and answers RPC";
    });
    if (isUp) await this.#try("an agent turn", () => this.#turn());
    else this.#note("an agent turn", false, "not tried, because the gateway is not up");
    const trouble = scanLog(this.#gateway.readLogsSince(mark));
    this.#note("the log", trouble.length === 0, trouble[0]?.text ?? "nothing that means trouble");
  }

  #note(what: string, ok: boolean, seen: string): void {
    this.findings.push({ what, ok, seen });
  }

  #noteOutcome({ ok, exit, version, reason, facts }: UpdateOutcome): void {
    const said = [exit, ...(reason === undefined ? [] : [reason]), ...facts];
    this.#note("the update's own verdict", ok, said.join(", "));
    this.#note("the version it says it installed", ok, version);
  }

  /** One check, whose failure does not keep the others from being made. @returns whether it succeeded */
  async #try(what: string, part: () => Promise<string>): Promise<boolean> {
    try {
      this.#note(what, true, await part());
      return true;
    } catch (error) {
      this.#signal.throwIfAborted();
      this.#note(what, false, withLastLine(error));
      return false;
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

/** Of a gateway that ended, the last line of its log says why. */
function withLastLine(error: unknown): string {
  const last = error instanceof QaError ? error.details?.trim().split("\n").at(-1) : undefined;
  return [errorMessage(error), ...(last ? [last] : [])].join(": ");
}
