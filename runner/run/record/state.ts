import JSON5 from "json5";
import { isJsonObject } from "../../base/json.ts";
import type { RecordOf } from "../../report/events.ts";

/** Changes of one step; what there is beyond that is counted. */
const MOST_CHANGES = 200;
/** Characters of a value. */
const LONGEST_VALUE = 300;

type Change = RecordOf<"state-changed">["changes"][number];
type Area = Change["area"];

/** Where the answer of a method has a list of what there is, and what names one of its entries. */
const LISTS: Readonly<Record<string, { area: Area; list: readonly string[]; name: readonly string[] }>> = {
  "skills.status": { area: "skills", list: ["skills"], name: ["name"] },
  "sessions.list": { area: "sessions", list: ["sessions"], name: ["key"] },
  "plugins.list": { area: "plugins", list: ["plugins"], name: ["id", "name"] },
  "tools.effective": { area: "tools", list: ["groups", "tools"], name: ["id", "name"] },
};

/** Members that say what state an entry is in; others are long, or change with every look. */
const TELLING: ReadonlySet<string> = new Set([
  ...["eligible", "disabled", "enabled", "state", "status", "loaded", "version", "error", "source", "origin"],
  ...["installed", "kind", "label", "model", "modelProvider", "channel", "spawnedBy", "blockedByAllowlist"],
]);

/**
 * What is known of the gateway's state: its config file, and what it has answered when a scenario asked. Nothing is asked
 * for this, so that a scenario's gateway sees what the scenario does and nothing else.
 */
export class KnownState {
  readonly #redact: <T>(value: T) => T;
  readonly #known = new Map<Area, ReadonlyMap<string, string>>();
  readonly #changes: Change[] = [];
  #left = 0;
  #configText = "";

  constructor(redact: <T>(value: T) => T) {
    this.#redact = redact;
  }

  /** @param text of the config file; one that is being written may not be readable */
  config(text: string): void {
    if (text === this.#configText) return;
    try {
      const config = parsed(text);
      this.#configText = text;
      this.#set("config", new Map(leaves(this.#redact(config))), true);
    } catch {
      // The next look finds what it has become.
    }
  }

  /** The tools that a request to the model declared. */
  offered(tools: readonly string[]): void {
    this.#set("tools", new Map([["offered to the model", [...tools].sort().join(", ")]]), false);
  }

  /** The gateway has answered an RPC. @param params an answer about a part says nothing of the whole */
  answered(method: string, params: unknown, answer: unknown): void {
    const shape = LISTS[method];
    if (!shape || !isJsonObject(answer)) return;
    const entries = shape.list.reduce<unknown[]>(
      (found, member) => found.flatMap((each) => (isJsonObject(each) ? (each[member] ?? []) : [])),
      [answer],
    );
    const scope =
      isJsonObject(params) && typeof params.sessionKey === "string" ? `${params.sessionKey} ` : "";
    const named = entries.flatMap((entry): [string, string][] => {
      if (!isJsonObject(entry)) return [];
      const name = shape.name.map((member) => entry[member]).find((value) => typeof value === "string");
      return name === undefined ? [] : [[`${scope}${name}`, inShort(telling(this.#redact(entry)))]];
    });
    this.#set(shape.area, new Map(named), isWhole(params));
  }

  /** What has changed since it was asked last. */
  take(): Change[] {
    const changes = this.#changes.splice(0);
    if (this.#left > 0) {
      changes.push({ area: "config", path: "…", after: `${this.#left} more changes are left out` });
      this.#left = 0;
    }
    return changes;
  }

  /** @param isWhole what is not in `now` is gone */
  #set(area: Area, now: ReadonlyMap<string, string>, isWhole: boolean): void {
    const before = this.#known.get(area);
    const merged = new Map(isWhole ? [] : before);
    for (const [path, after] of now) {
      merged.set(path, after);
      const old = before?.get(path);
      if (old !== after) this.#add({ area, path, ...(old === undefined ? {} : { before: old }), after });
    }
    for (const [path, old] of isWhole ? (before ?? []) : []) {
      if (!now.has(path)) this.#add({ area, path, before: old });
    }
    this.#known.set(area, merged);
  }

  #add(change: Change): void {
    if (this.#changes.length < MOST_CHANGES) this.#changes.push(change);
    else this.#left += 1;
  }
}

/** Most configs are JSON, which is read in a fraction of the time. @throws SyntaxError */
function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return JSON5.parse(text);
  }
}

function isWhole(params: unknown): boolean {
  return !isJsonObject(params) || Object.keys(params).every((name) => ["agentId", "limit"].includes(name));
}

function telling(entry: object): string {
  const members = Object.entries(entry).filter(([name, value]) => TELLING.has(name) && value !== undefined);
  return members.length === 0
    ? "there"
    : members.map(([name, value]) => `${name} ${asText(value)}`).join(", ");
}

/** The values of a config with their places; an empty object or list is a value. */
function* leaves(value: unknown, place = ""): Generator<[string, string]> {
  const isContainer = typeof value === "object" && value !== null && Object.keys(value).length > 0;
  if (!isContainer) return yield [place || "(all)", inShort(asText(value))];
  for (const [name, member] of Object.entries(value))
    yield* leaves(member, place === "" ? name : `${place}.${name}`);
}

function asText(value: unknown): string {
  return typeof value === "string" ? value : (JSON.stringify(value) ?? "undefined");
}

function inShort(text: string): string {
  return text.length <= LONGEST_VALUE ? text : `${text.slice(0, LONGEST_VALUE)}…`.toWellFormed();
}
