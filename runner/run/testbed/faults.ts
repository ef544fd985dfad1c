import { readFile } from "node:fs/promises";
import { join } from "node:path";
import {
  BORDER_FAULTS,
  type InjectedFault,
  Injections,
  isBetween,
  isInGateway,
  plannedFault,
} from "../../base/border-faults.ts";
import { QaError } from "../../base/errors.ts";
import type { Teardown } from "../../base/teardown.ts";
import { makeTempFolder } from "../../base/temp-folder.ts";
import { plural } from "../../base/text.ts";
import type { GatewayBorders } from "../../gateway/gateway.ts";
import { Breaking, type Operation } from "../../gateway/process/breaking.ts";
import { HandEdit } from "./hand-edit.ts";

/** A gateway that is killed each time that it is started is given up. */
const MOST_STARTS = 5;

/** What was to be broken in a testbed, and what a run can learn of it. */
export interface FaultRecord {
  /** Those that were asked for. */
  asked: InjectedFault[];
  /** Names of all whose place was passed; only where that was asked for. */
  reached: string[];
  /** What the gateway's process did with its files since the scenario began; only where that was watched. */
  operations: readonly Operation[];
}

interface TestbedFaultsOptions {
  /** What chance depends on. */
  seed: string;
  /** Also those are recorded that were not asked for. */
  watched: boolean;
  /** A gateway that is killed on purpose is not started again by itself. */
  staysDown: boolean;
}

/** The faults of one testbed: those that its gateway is started with, and those at its borders. */
export class TestbedFaults {
  readonly borders: Injections;
  readonly #planted: readonly string[];
  readonly #watched: boolean;
  readonly #staysDown: boolean;
  readonly #handEdit = new HandEdit();
  /** What the embedded gateway has passed. */
  #file: string | undefined;
  /** What goes wrong in the gateway's process. */
  #breaking: Breaking | undefined;
  #isArmed = false;
  #starts = 0;
  /** How many operations there were when the scenario had ended. */
  #operations: number | undefined;

  /** @param names planted ones of the embedded gateway, and those at the borders */
  constructor(names: readonly string[], { seed, watched, staysDown }: TestbedFaultsOptions) {
    this.#planted = names.filter((name) => plannedFault(name) === undefined);
    this.borders = new Injections(names, seed);
    this.#watched = watched;
    this.#staysDown = staysDown;
  }

  /** What tells the gateway; nothing where nothing is asked of it. */
  async env(teardown: Teardown): Promise<Record<string, string>> {
    const { planned } = this.borders;
    if (this.#watched || planned.some(({ name }) => isInGateway(name)))
      this.#breaking = new Breaking(await makeTempFolder({ kind: "breaking", teardown }), planned);
    if (this.#planted.length === 0 && !this.#watched) return this.#breaking?.env ?? {};
    this.#file = join(await makeTempFolder({ kind: "faults", teardown }), "passed");
    return {
      ...this.#breaking?.env,
      GATEWAY_FAULTS: this.#planted.join(","),
      GATEWAY_FAULTS_PASSED: this.#file,
    };
  }

  /** What stands between the gateway and others on this machine, where something there is to be broken. */
  between(teardown: Teardown): GatewayBorders {
    const { borders: injections } = this;
    const { planned } = injections;
    const common = { injections, teardown, isArmed: () => this.#isArmed };
    const loses = planned.some(({ name }) => isBetween(name) || isInGateway(name));
    return {
      ...(loses && { endedByFault: () => this.#endedByFault() }),
      ...((this.#watched || planned.some(({ name }) => isBetween(name))) && {
        rpc: async (port: number, configPath: string) => {
          const { startBreakingProxy } = await import("../../gateway/rpc/breaking-proxy.ts");
          return startBreakingProxy(port, { ...common, editConfig: () => this.#handEdit.make(configPath) });
        },
        registry: async (url: string) => {
          const { startBreakingRegistry } = await import("../../gateway/npm/breaking-registry.ts");
          return startBreakingRegistry(url, common);
        },
      }),
    };
  }

  /** The scenario begins: what goes over the connection and what the process does counts from now on. */
  arm(): void {
    this.#isArmed = true;
    this.#breaking?.arm();
  }

  /** The scenario has ended: what the gateway does from now on is no part of it. */
  disarm(): void {
    this.#operations = this.#breaking?.told().operations.length;
  }

  #endedByFault(): boolean {
    const { kills } = this;
    if (this.#staysDown || kills <= this.#starts || this.#starts === MOST_STARTS) return false;
    this.#starts += 1;
    return true;
  }

  /** How often the gateway was killed on purpose. */
  get kills(): number {
    return this.#breaking?.told().kills ?? 0;
  }

  /** What has happened so far; undefined where nothing was asked for. */
  async record(): Promise<FaultRecord | undefined> {
    const told = this.#breaking?.told();
    if (told) this.borders.told(told.passed, told.done);
    const { asked: atBorders, reached } = this.borders;
    if (this.#planted.length === 0 && atBorders.length === 0 && !this.#watched) return undefined;
    const passed = await this.#passed();
    return {
      asked: [...this.#planted.map((name) => ({ name, injected: passed.has(name) ? 1 : 0 })), ...atBorders],
      reached: this.#watched ? [...passed, ...reached].sort() : [],
      operations: told?.operations.slice(0, this.#operations) ?? [],
    };
  }

  /**
   * Why a pass is none: something that was to be broken was not (`fault-not-injected`), or the gateway has undone what
   * somebody else wrote into its config (`hand-edit-lost`).
   * @param among those that have to be injected; default: all
   */
  async problem(
    { asked }: FaultRecord,
    among: (name: string) => boolean = () => true,
  ): Promise<QaError | undefined> {
    if (await this.#handEdit.isLost())
      return new QaError(
        "what somebody wrote into the config by hand is lost: the gateway has written over it",
        {
          code: "hand-edit-lost",
          fault: "product",
          hint: "It was written just before a client's write reached the gateway, which has to read the file again then.",
        },
      );
    const missing = asked.find(({ name, injected }) => injected === 0 && among(name));
    if (!missing) return undefined;
    const fault = plannedFault(missing.name);
    const where = fault
      ? `its place, ${BORDER_FAULTS[fault.name].place}, was passed ${plural(this.borders.timesAt(fault.name), "time")}`
      : "nothing that the scenario does came to its place";
    return new QaError(`the fault ${missing.name} was not injected: ${where}`, {
      code: "fault-not-injected",
      fault: "harness",
      hint: "The pass says nothing of what would happen with it: choose another fault, or a scenario that reaches it.",
    });
  }

  async #passed(): Promise<Set<string>> {
    const text = this.#file === undefined ? "" : await readFile(this.#file, "utf8").catch(() => "");
    return new Set(text.split("\n").filter(Boolean));
  }
}
