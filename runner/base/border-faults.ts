import { createHash } from "node:crypto";

/**
 * Where the run itself stands between a gateway and the rest of the world, and how often it has been there counts: `answer`
 * is an answer of the scripted model, `tool call` one that calls a tool, `message` one to the gateway, `poll` an answer that
 * has one, and `send` one from the gateway; `call` is one of the run's client, and `config call` one that writes the config;
 * `package request` is asked of the package registry, and `package file` is one that brings a package.
 */
type PlaceBetween =
  | ("answer" | "tool call")
  | ("message" | "poll" | "send")
  | ("call" | "config call")
  | ("package request" | "package file");

/**
 * What the gateway's process does with its files and programs. `opened file` is opened for writing, `line` is appended to a
 * file, and `operation` is any write, half of one, rename, fsync, unlink or spawn.
 */
type PlaceInGateway =
  | ("opened file" | "write" | "line" | "rename" | "fsync" | "unlink")
  | "spawn"
  | "operation";

export type BorderPlace = PlaceBetween | PlaceInGateway;

/** What can be broken there, on every gateway that the run starts, by name. */
export const BORDER_FAULTS = {
  "model.slow": { place: "answer", about: "the model's answer begins three seconds late" },
  "model.stall": { place: "answer", about: "the model's answer begins, and never goes on" },
  "model.cut": { place: "answer", about: "the connection is cut within the model's answer" },
  "model.empty": { place: "answer", about: "the model answers without a word" },
  "model.garbage": { place: "answer", about: "the model's answer cannot be read" },
  "model.rate-limit": {
    place: "answer",
    about: "the model refuses with status 429, and says to come back in a second",
  },
  "model.error": { place: "answer", about: "the model refuses with status 500" },
  "model.tool-twice": { place: "tool call", about: "the model calls the same tool twice in one answer" },
  "model.wrong-tool": { place: "tool call", about: "the model calls a tool that it was not offered" },
  "model.unknown-arguments": {
    place: "tool call",
    about: "the model gives a tool an argument that it does not have",
  },
  "channel.twice": { place: "message", about: "the channel delivers a message twice" },
  "channel.late": { place: "message", about: "the channel delivers a message three seconds late" },
  "channel.out-of-order": { place: "message", about: "the channel delivers a message after the next one" },
  "channel.lost-connection": {
    place: "poll",
    about: "the channel's connection is lost before a message has come over it",
  },
  "channel.refused-send": {
    place: "send",
    about: "the channel refuses what the gateway sends with status 503",
  },
  "channel.lost-answer": {
    place: "send",
    about: "the channel takes what the gateway sends, and its answer is lost",
  },
  "rpc.cut": {
    place: "call",
    about: "the connection of the run's client is cut before the answer to a call has come over it",
  },
  "rpc.delay": { place: "call", about: "a call reaches the gateway three seconds late" },
  "rpc.duplicate": { place: "call", about: "a call reaches the gateway twice" },
  "rpc.reorder": { place: "call", about: "a call reaches the gateway after the next one" },
  "files.read-only": {
    place: "opened file",
    about: "a file of the gateway's cannot be opened for writing: the file system is read-only",
  },
  "files.full": { place: "write", about: "the disk is full: a write of the gateway's fails" },
  "files.torn-line": {
    place: "line",
    about: "the gateway is killed when half of a line is appended, and started again",
  },
  "files.clock-back": { place: "write", about: "the gateway's clock is set back by an hour" },
  "files.edited": {
    place: "config call",
    about: "somebody edits the config by hand just before a client's write reaches the gateway",
  },
  "process.kill": {
    place: "operation",
    about:
      "the gateway is killed before it writes, renames, syncs or removes a file, within a write, or before it starts a program, and is started again",
  },
  "process.kill-write": {
    place: "write",
    about: "the gateway is killed before it writes, and started again",
  },
  "process.kill-rename": {
    place: "rename",
    about: "the gateway is killed before it renames a file, and started again",
  },
  "process.kill-fsync": {
    place: "fsync",
    about: "the gateway is killed before it syncs a file, and started again",
  },
  "process.kill-unlink": {
    place: "unlink",
    about: "the gateway is killed before it removes a file, and started again",
  },
  "process.kill-spawn": {
    place: "spawn",
    about: "the gateway is killed before it starts a program, and started again",
  },
  "process.stop": { place: "write", about: "the gateway's process stands still for three seconds" },
  "network.slow": { place: "package request", about: "the package registry answers three seconds late" },
  "network.gone": { place: "package request", about: "the package registry hangs up without an answer" },
  "network.wrong-integrity": {
    place: "package file",
    about: "the package registry sends another file than it has promised",
  },
} as const satisfies Readonly<Record<string, { place: BorderPlace; about: string }>>;

/** By how much what comes late is late. */
export const LATE_MS = 3_000;

export type BorderFault = keyof typeof BORDER_FAULTS;

/** A fault at a border, and when: the `from`th time that its place is passed, and then every time if it `stays`. */
export interface PlannedFault {
  /** As it was typed. */
  text: string;
  name: BorderFault;
  from: number;
  stays: boolean;
}

const TEXT = /^(?<name>[a-z-]+\.[a-z-]+)(?:@(?<from>[1-9]\d{0,3})(?<stays>\+)?)?$/;

/** Reads `model.cut`, which is the first time, `model.cut@2`, or `model.cut@2+` from then on; undefined for anything else. */
export function plannedFault(text: string): PlannedFault | undefined {
  const { name = "", from = "1", stays } = TEXT.exec(text)?.groups ?? {};
  return isBorderFault(name) ? { text, name, from: Number(from), stays: stays !== undefined } : undefined;
}

const IN_GATEWAY: ReadonlySet<BorderPlace> = new Set<PlaceInGateway>([
  ...(["opened file", "write", "line", "rename", "fsync", "unlink"] as const),
  ...(["spawn", "operation"] as const),
]);
const BETWEEN: ReadonlySet<BorderPlace> = new Set<PlaceBetween>([
  ...(["call", "config call"] as const),
  ...(["package request", "package file"] as const),
]);

/** Whether it goes wrong within the gateway's process. */
export function isInGateway(name: BorderFault): boolean {
  return IN_GATEWAY.has(BORDER_FAULTS[name].place);
}

/** Whether it goes wrong between the gateway and its client, or its package registry. */
export function isBetween(name: BorderFault): boolean {
  return BETWEEN.has(BORDER_FAULTS[name].place);
}

function isBorderFault(name: string): name is BorderFault {
  return Object.hasOwn(BORDER_FAULTS, name);
}

/** @param planted names of those of the gateway itself */
export function isKnownFault(text: string, planted: readonly string[]): boolean {
  return planted.includes(text) || plannedFault(text) !== undefined;
}

/** A fault that was asked for, how often it was injected, and what was done. */
export interface InjectedFault {
  name: string;
  injected: number;
  how?: string;
}

/** Decides at the borders of one testbed when something goes wrong, and keeps what was done. */
export class Injections {
  /** Those at the borders that were asked for, in that order. */
  readonly planned: readonly PlannedFault[];
  readonly #seed: string;
  readonly #passed = new Map<BorderPlace, number>();
  /** By name: as the one was typed that happened last. */
  readonly #latest = new Map<BorderFault, string>();
  readonly #done = new Map<string, { times: number; how: string | undefined }>();

  /**
   * @param asked as they were typed; others than those at the borders are left out
   * @param seed what chance depends on: the same gives the same
   */
  constructor(asked: readonly string[], seed: string) {
    this.planned = asked.flatMap((text) => plannedFault(text) ?? []);
    this.#seed = seed;
  }

  /**
   * Counts that a place is passed.
   * @returns what goes wrong there now; it happens unless `miss` is called
   */
  pass(place: BorderPlace): BorderFault | undefined {
    const times = (this.#passed.get(place) ?? 0) + 1;
    this.#passed.set(place, times);
    const due = this.planned.find(
      ({ name, from, stays }) =>
        BORDER_FAULTS[name].place === place && (times === from || (stays && times > from)),
    );
    if (!due) return undefined;
    this.#latest.set(due.name, due.text);
    const before = this.#done.get(due.text);
    this.#done.set(due.text, { times: (before?.times ?? 0) + 1, how: before?.how });
    return due.name;
  }

  /** What was written down in the gateway's process, of the places that are passed there. */
  told(
    passed: ReadonlyMap<BorderPlace, number>,
    done: ReadonlyMap<string, { times: number; how: string | undefined }>,
  ): void {
    for (const [place, times] of passed) this.#passed.set(place, times);
    for (const [text, what] of done) this.#done.set(text, { ...what });
  }

  /** Says what was done, for the report. */
  note(name: BorderFault, how: string): void {
    const done = this.#doneOf(name);
    if (done) done.how ??= how;
  }

  /** What `pass` said has not come about after all. */
  miss(name: BorderFault): void {
    const done = this.#doneOf(name);
    if (done) done.times -= 1;
  }

  /** From 0 up to, but not, 1: by chance, and the same for the same seed and `what`. */
  chance(what: string): number {
    return createHash("sha256").update(`${this.#seed} ${what}`).digest().readUInt32BE() / 2 ** 32;
  }

  /** The faults at the borders that were asked for. */
  get asked(): InjectedFault[] {
    return this.planned.map(({ text }) => {
      const { times = 0, how } = this.#done.get(text) ?? {};
      return { name: text, injected: times, ...(how === undefined ? {} : { how }) };
    });
  }

  /** Those whose place has been passed, asked for or not. */
  get reached(): BorderFault[] {
    return (Object.keys(BORDER_FAULTS) as BorderFault[]).filter((name) =>
      this.#passed.has(BORDER_FAULTS[name].place),
    );
  }

  /** How often the place of a fault was passed. */
  timesAt(name: BorderFault): number {
    return this.#passed.get(BORDER_FAULTS[name].place) ?? 0;
  }

  #doneOf(name: BorderFault): { times: number; how: string | undefined } | undefined {
    return this.#done.get(this.#latest.get(name) ?? "");
  }
}

/** For what nobody asked to be broken. */
export function noInjections(): Injections {
  return new Injections([], "");
}
