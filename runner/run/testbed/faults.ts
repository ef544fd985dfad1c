import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { BORDER_FAULTS, type InjectedFault, Injections, plannedFault } from "../../base/border-faults.ts";
import { QaError } from "../../base/errors.ts";
import type { Teardown } from "../../base/teardown.ts";
import { makeTempFolder } from "../../base/temp-folder.ts";
import { plural } from "../../base/text.ts";

/** What was to be broken in a testbed, and what a run can learn of it. */
export interface FaultRecord {
  /** Those that were asked for. */
  asked: InjectedFault[];
  /** Names of all whose place was passed; only where that was asked for. */
  reached: string[];
}

/** The faults of one testbed: those that its gateway is started with, and those at its borders. */
export class TestbedFaults {
  readonly borders: Injections;
  readonly #planted: readonly string[];
  readonly #watched: boolean;
  #file: string | undefined;

  /**
   * @param names planted ones of the embedded gateway, and those at the borders
   * @param watched also those are recorded that were not asked for
   */
  constructor(names: readonly string[], { seed, watched }: { seed: string; watched: boolean }) {
    this.#planted = names.filter((name) => plannedFault(name) === undefined);
    this.borders = new Injections(names, seed);
    this.#watched = watched;
  }

  /** What tells the embedded gateway; nothing where nothing is asked of it. */
  async env(teardown: Teardown): Promise<Record<string, string>> {
    if (this.#planted.length === 0 && !this.#watched) return {};
    this.#file = join(await makeTempFolder({ kind: "faults", teardown }), "passed");
    return { GATEWAY_FAULTS: this.#planted.join(","), GATEWAY_FAULTS_PASSED: this.#file };
  }

  /** What has happened so far; undefined where nothing was asked for. */
  async record(): Promise<FaultRecord | undefined> {
    const { asked: atBorders, reached } = this.borders;
    if (this.#planted.length === 0 && atBorders.length === 0 && !this.#watched) return undefined;
    const passed = await this.#passed();
    return {
      asked: [...this.#planted.map((name) => ({ name, injected: passed.has(name) ? 1 : 0 })), ...atBorders],
      reached: this.#watched ? [...passed, ...reached].sort() : [],
    };
  }

  /** Why a pass means nothing: something that was to be broken was not. Its code is `fault-not-injected`. */
  notInjected({ asked }: FaultRecord): QaError | undefined {
    const missing = asked.find(({ injected }) => injected === 0);
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
