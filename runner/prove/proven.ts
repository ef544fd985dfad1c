import { existsSync } from "node:fs";
import { mkdir } from "node:fs/promises";
import { dirname } from "node:path";
import { replaceFile } from "../base/files.ts";
import { digestOfFolder } from "../base/folder-digest.ts";
import { JsonFormat } from "../base/json-format.ts";
import { pluginSources } from "../run/testbed/plugins.ts";
import { skillSources } from "../run/testbed/skills.ts";
import type { Scenario } from "../scenario/types.ts";
import type { PairResult } from "./judge.ts";
import { PROVEN_VERSION, type Proven, type ProvenEntry, provenSchema } from "./proven-schema.ts";
import { digestOf, textDigest } from "./unproven.ts";

const FORMAT = new JsonFormat<Proven>({
  what: "a file of proven scenarios",
  version: PROVEN_VERSION,
  schema: provenSchema,
});

/** What the results of a scenario depend on: they say nothing of another one. */
export type ProvenKey = Pick<ProvenEntry, "text" | "inputs" | "gateway" | "tool">;

/** The key of a scenario as it is now. @throws the file system's error for a plugin's folder that cannot be read */
export async function keyOf(
  scenario: Scenario,
  made: Pick<ProvenKey, "gateway" | "tool">,
): Promise<ProvenKey> {
  const sources = [...(await pluginSources(scenario)), ...skillSources(scenario)];
  const digests = await Promise.all(
    sources.filter((source) => existsSync(source)).map((source) => digestOfFolder(source)),
  );
  return {
    text: textDigest(scenario.file.path),
    inputs: digestOf(JSON.stringify([scenario.modelScript ?? null, digests])),
    ...made,
  };
}

/** What was found out about scenarios, as it is kept in a file that is checked in. */
export class ProvenFile {
  readonly path: string;
  readonly scenarios: Map<string, ProvenEntry>;

  private constructor(path: string, scenarios: Map<string, ProvenEntry>) {
    this.path = path;
    this.scenarios = scenarios;
  }

  /**
   * Reads the file; one that is not there is empty.
   * @returns what is wrong with it, and then it counts as empty
   */
  static async open(path: string): Promise<{ file: ProvenFile; problem?: string }> {
    if (!existsSync(path)) return { file: new ProvenFile(path, new Map()) };
    const reading = await FORMAT.read(path);
    if ("problem" in reading) return { file: new ProvenFile(path, new Map()), problem: reading.problem };
    return { file: new ProvenFile(path, new Map(Object.entries(reading.value.scenarios))) };
  }

  /** What is known of a scenario and still counts. */
  fresh(id: string, key: ProvenKey, healthy: number): ProvenEntry | undefined {
    const entry = this.scenarios.get(id);
    const isSame =
      entry !== undefined &&
      (["text", "inputs", "gateway", "tool"] as const).every((name) => entry[name] === key[name]);
    return isSame && entry.healthy >= healthy ? entry : undefined;
  }

  /** The scenario passed on the healthy gateway, and came by these faults. */
  begin(id: string, key: ProvenKey, healthy: number, reached: readonly string[]): ProvenEntry {
    const left = [...reached].sort();
    const entry = { ...key, healthy, killed: {}, survived: [], notReached: [], broke: {}, left };
    this.scenarios.set(id, entry);
    return entry;
  }

  /** What the scenario did with a fault. */
  add(id: string, fault: string, result: PairResult): void {
    const entry = this.scenarios.get(id);
    if (!entry) return;
    for (const list of [entry.left, entry.survived, entry.notReached]) {
      if (list.includes(fault)) list.splice(list.indexOf(fault), 1);
    }
    delete entry.broke[fault];
    delete entry.killed[fault];
    if (result.kind === "killed") entry.killed[fault] = result.at;
    else if (result.kind === "broke") entry.broke[fault] = result.why;
    else (result.kind === "survived" ? entry.survived : entry.notReached).push(fault);
  }

  /** Writes it, in an order that leads to small differences. @throws the file system's error */
  async save(): Promise<void> {
    const scenarios = Object.fromEntries(
      [...this.scenarios.keys()].sort().map((id) => [id, sorted(this.scenarios.get(id) as ProvenEntry)]),
    );
    const value: Proven = { version: PROVEN_VERSION, scenarios };
    await mkdir(dirname(this.path), { recursive: true });
    await replaceFile(this.path, `${JSON.stringify(value, null, 1)}\n`);
  }
}

function sorted(entry: ProvenEntry): ProvenEntry {
  const { killed, broke, survived, notReached, left } = entry;
  return {
    ...entry,
    killed: byName(killed),
    survived: survived.toSorted(),
    notReached: notReached.toSorted(),
    broke: byName(broke),
    left: left.toSorted(),
  };
}

function byName(texts: Readonly<Record<string, string>>): Record<string, string> {
  return Object.fromEntries(Object.entries(texts).sort(([one], [other]) => (one < other ? -1 : 1)));
}

/** Faults that still have to be tried; one with which the harness broke is tried again. */
export function toTry({ left, broke }: ProvenEntry): string[] {
  return [...left, ...Object.keys(broke)];
}
