import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { BORDER_FAULTS, type BorderPlace, isInGateway, type PlannedFault } from "../../base/border-faults.ts";
import { isJsonObject } from "../../base/json.ts";
import { PROGRAMS } from "../../base/places.js";

/** Something that a gateway did with its files, or a program that it started. */
export interface Operation {
  kind: string;
  /** Path below the gateway's folder, or a program's name. */
  what: string;
  /** Of the operations so far, this one included: what `process.kill@n` counts. */
  serial: number;
}

/** What was told so far from within the gateway's process. */
interface Told {
  passed: ReadonlyMap<BorderPlace, number>;
  /** By fault, as it was asked for. */
  done: ReadonlyMap<string, { times: number; how: string | undefined }>;
  /** How often the process was killed on purpose. */
  kills: number;
  operations: readonly Operation[];
}

/** What goes wrong within a gateway's process: `breaking.cjs` does it, and writes down what it did. */
export class Breaking {
  readonly #folder: string;
  readonly #planned: readonly PlannedFault[];

  /** @param folder its own, and empty */
  constructor(folder: string, planned: readonly PlannedFault[]) {
    this.#folder = folder;
    this.#planned = planned.filter(({ name }) => isInGateway(name));
  }

  /** With which the gateway's process, and all others that it starts, load what breaks it. */
  get env(): Record<string, string> {
    const faults = this.#planned.map((fault) => ({ ...fault, place: BORDER_FAULTS[fault.name].place }));
    return {
      NODE_OPTIONS: `--require=${JSON.stringify(PROGRAMS.breaking)}`,
      GATEWAY_QA_BREAKING: this.#folder,
      GATEWAY_QA_BREAKING_FAULTS: JSON.stringify(faults),
    };
  }

  /** It counts from now on. */
  arm(): void {
    writeFileSync(join(this.#folder, "armed"), "", { mode: 0o600 });
  }

  /** What it has written down. Synchronous: whoever asks has to know before anything else happens. */
  told(): Told {
    const passed = new Map<BorderPlace, number>();
    const done = new Map<string, { times: number; how: string | undefined }>();
    const operations: Operation[] = [];
    let kills = 0;
    for (const { places = [], kind, what, did, how } of linesIn(join(this.#folder, "record.jsonl"))) {
      for (const place of places) passed.set(place, (passed.get(place) ?? 0) + 1);
      if (places.includes("operation"))
        operations.push({ kind: String(kind), what: String(what), serial: operations.length + 1 });
      if (did === undefined) continue;
      const before = done.get(did);
      done.set(did, { times: (before?.times ?? 0) + 1, how: before?.how ?? how });
      const fault = this.#planned.find(({ text }) => text === did);
      if (fault && ENDS.test(fault.name)) kills += 1;
    }
    return { passed, done, kills, operations };
  }
}

/** Faults that end the process. */
const ENDS = /^process\.kill|^files\.torn-line$/;

interface Line {
  places?: BorderPlace[];
  kind?: string;
  what?: string;
  did?: string;
  how?: string;
}

function linesIn(path: string): Line[] {
  let text: string;
  try {
    text = readFileSync(path, "utf8");
  } catch {
    // Nothing has happened yet.
    return [];
  }
  return text.split("\n").flatMap((line) => {
    try {
      const parsed: unknown = JSON.parse(line);
      return isJsonObject(parsed) ? [parsed as Line] : [];
    } catch {
      return [];
    }
  });
}
