import { mkdirSync, writeFileSync } from "node:fs";
import { join, relative } from "node:path";
import { errorMessage } from "../base/errors.ts";
import { plural } from "../base/text.ts";
import { abridgeEvent, type WholeText } from "./event-texts.ts";
import type { RunEvent, ScenarioFinished } from "./events.ts";
import { evidenceFolder } from "./evidence-folder.ts";

const FILE = "whole-texts.txt";

/** Abridges what is too long for a report, and keeps the whole of it among the evidence of its scenario. */
export class WholeTexts {
  readonly #reportFolder: string;
  readonly #kept = new Map<string, WholeText[]>();

  /** @param reportFolder absolute */
  constructor(reportFolder: string) {
    this.#reportFolder = reportFolder;
  }

  /** @param event redacted */
  abridge(event: RunEvent): RunEvent {
    const { event: short, whole } = abridgeEvent(event);
    // What a run says of itself stands in the files of its scenarios.
    if (!("scenarioId" in short)) return short;
    const kept = [...(this.#kept.get(short.scenarioId) ?? []), ...whole];
    if (kept.length === 0) return short;
    if (short.type !== "scenario-finished") {
      this.#kept.set(short.scenarioId, kept);
      return short;
    }
    this.#kept.delete(short.scenarioId);
    return this.#write(short, kept);
  }

  #write(event: ScenarioFinished, texts: readonly WholeText[]): ScenarioFinished {
    const folder = evidenceFolder(this.#reportFolder, event.scenarioId, event.attempt);
    const path = join(folder, FILE);
    try {
      mkdirSync(folder, { recursive: true, mode: 0o700 });
      writeFileSync(path, texts.map(section).join("\n"), { mode: 0o600 });
    } catch (error) {
      const problem = `the texts that are too long for the report are lost: ${errorMessage(error)}`;
      return { ...event, cleanupProblems: [...event.cleanupProblems, problem] };
    }
    const file = { kind: "whole texts", path: relative(this.#reportFolder, path) };
    return { ...event, evidence: [...event.evidence, file] };
  }
}

function section({ where, text }: WholeText): string {
  const size = `${plural(text.split("\n").length, "line")}, ${plural(text.length, "character")}`;
  return `--- ${where} (${size})\n${text}\n`;
}
