import type { JsonObject } from "../base/json.ts";
import { declaredTools, type Inspected } from "./brings.ts";
import type { Row, RowName } from "./compat-schema.ts";
import { inFew, missingApi, missingCredential, tellingLine } from "./reasons.ts";

/** What stands before the message in a line of a gateway's log: time, part, level, plugin. */
const LOG_HEAD = /^\S+Z \[plugins\] \w+ \S+: /;

/**
 * A row that is a no, or blocked where what was seen says that a credential is missing.
 * @param evidence outputs and logs in which the line is looked for that says why
 */
export function failedRow(row: RowName, seen: string, evidence: string, id: string): Row {
  const log = tellingLine(evidence, [id]);
  const api = missingApi(`${seen}\n${log ?? ""}`);
  const lacking = api === undefined ? missingCredential(seen) : undefined;
  if (lacking) return { row, state: "blocked", seen: lacking };
  const few = inFew(seen);
  const isNew = log !== undefined && !few.includes(log.replace(LOG_HEAD, ""));
  return { row, state: "no", seen: few, ...(isNew ? { log } : {}), ...(api ? { api } : {}) };
}

export interface Registered {
  id: string;
  manifest: JsonObject;
  /** Names by kind. */
  registers: Readonly<Record<string, string[]>>;
  /** Tools that the model is offered. */
  offered: readonly string[];
  /** Diagnostics and the log. */
  evidence: string;
}

/** Whether it registers something, and the model is offered each tool that it declares or registers. */
export function registeredRow({ id, manifest, registers, offered, evidence }: Registered): Row {
  const row = "register";
  const wanted = new Set([...declaredTools(manifest), ...(registers.tools ?? [])]);
  const absent = [...wanted].filter((name) => !offered.includes(name));
  const kinds = Object.entries(registers).map(([kind, names]) => `${kind}: ${names.join(", ")}`);
  if (absent.length === 0) {
    return kinds.length > 0
      ? { row, state: "yes", seen: kinds.join("; ") }
      : { row, state: "no", seen: "nothing" };
  }
  const about = evidence
    .split("\n")
    .filter((line) => line.includes(id))
    .join("\n");
  const seen = `the model is not offered ${absent.join(", ")}`;
  const lacking = missingCredential(about);
  return lacking ? { row, state: "blocked", seen: `${seen}: ${lacking}` } : failedRow(row, seen, about, id);
}

/** What the embedded gateway leaves out of a plugin because it has no such part itself: of a release it says nothing. */
const LEFT_OUT: ReadonlySet<string> = new Set([
  "sdk-missing",
  "registration-unsupported",
  "hook-unsupported",
  "channel-not-run",
  "provider-not-used",
]);

/** What is seen where there is none. */
export const NO_DIAGNOSTIC = "none";

/** Errors among what the gateway says of it; warnings are shown. */
export function diagnosedRow({ diagnostics }: Inspected, id: string): Row {
  const row = "diagnostics";
  const worse = diagnostics.filter(({ level }) => level === "error" || level === "warn");
  const errors = worse.filter(({ level }) => level === "error").map(({ message }) => message);
  const text = inFew(worse.map(({ level, message }) => `${level}: ${message}`).join("; "));
  const leftOut = worse.filter(({ code }) => LEFT_OUT.has(code)).map(({ message }) => message);
  if (errors.length === 0 && leftOut.length > 0) {
    const seen = inFew(`only a release can say whether this works (--releases): ${leftOut.join("; ")}`);
    return { row, state: "blocked", seen };
  }
  if (errors.length === 0) return { row, state: "yes", seen: text || NO_DIAGNOSTIC };
  const lacking = missingCredential(errors.join("\n"));
  return lacking ? { row, state: "blocked", seen: lacking } : failedRow(row, text, errors.join("\n"), id);
}

/** A row in which none of its texts shows a secret: plugins print what they like. */
export function redactedRow({ items, log, ...row }: Row, redact: (text: string) => string): Row {
  return {
    ...row,
    seen: redact(row.seen),
    ...(log ? { log: redact(log) } : {}),
    ...(items ? { items: items.map((item) => ({ ...item, seen: redact(item.seen) })) } : {}),
  };
}
