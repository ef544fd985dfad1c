import { mkdirSync, writeFileSync } from "node:fs";
import { join, relative } from "node:path";
import { errorMessage } from "../base/errors.ts";
import { plural } from "../base/text.ts";
import { abridgeEvent, type WholeText } from "./event-texts.ts";
import type { LoggedEvent, ScenarioFinished } from "./events.ts";
import { evidenceFolder } from "./evidence-folder.ts";
import { isRecord } from "./record.ts";

const FILE = "whole-texts.txt";
/** Characters that are kept of one attempt. */
const MOST = 8 * 1024 * 1024;
/** What else is too long for the record stands in a file of its own: the transcript, the requests, the log. */
const ONLY_HERE: ReadonlySet<LoggedEvent["type"]> = new Set(["gateway-call", "gateway-answer"]);

interface KeptText extends WholeText {
  ofRecord?: true;
}

/** Abridges what is too long for a report, and keeps the whole of it among the evidence of its scenario. */
export class WholeTexts {
  readonly #reportFolder: string;
  readonly #kept = new Map<string, KeptText[]>();

  /** @param reportFolder absolute */
  constructor(reportFolder: string) {
    this.#reportFolder = reportFolder;
  }

  /** @param event redacted */
  abridge(event: LoggedEvent): LoggedEvent {
    const { event: short, whole } = abridgeEvent(event);
    // What a run says of itself stands in the files of its scenarios.
    if (!("scenarioId" in short) || (isRecord(short) && !ONLY_HERE.has(short.type))) return short;
    const kept = bounded([
      ...(this.#kept.get(short.scenarioId) ?? []),
      ...whole.map((text) => named(text, short)),
    ]);
    if (kept.length === 0) return short;
    if (short.type !== "scenario-finished") {
      this.#kept.set(short.scenarioId, kept);
      return short;
    }
    this.#kept.delete(short.scenarioId);
    // Of the record of a pass nobody needs more than there is.
    const needed = short.verdict === "passed" ? kept.filter((text) => !text.ofRecord) : kept;
    return needed.length === 0 ? short : this.#write(short, needed);
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

/** An attempt makes many calls. */
function named(text: WholeText, event: LoggedEvent): KeptText {
  if (!("call" in event)) return text;
  return { ...text, where: `${event.type} ${event.call}: ${text.where}`, ofRecord: true };
}

/** The last ones are those of the failure. */
function bounded(texts: KeptText[]): KeptText[] {
  let size = texts.reduce((sum, { text }) => sum + text.length, 0);
  let first = 0;
  for (; size > MOST && first < texts.length - 1; first += 1) size -= texts[first]?.text.length ?? 0;
  return texts.slice(first);
}

function section({ where, text }: WholeText): string {
  const size = `${plural(text.split("\n").length, "line")}, ${plural(text.length, "character")}`;
  return `--- ${where} (${size})\n${text}\n`;
}
