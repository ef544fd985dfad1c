import { existsSync } from "node:fs";
import { suggestion } from "../base/suggest.ts";
import type { Catalog } from "../scenario/catalog/catalog.ts";
import type { Diagnostic } from "../scenario/source/diagnostic.ts";
import { LIMITS } from "../scenario/source/limits.ts";
import { type LocatedFile, laneDiagnostic, readLocatedFile } from "./read.ts";
import type { QuarantineFile } from "./schema.ts";
import { quarantine as validateQuarantine } from "./validators.generated.js";

const FORMAT = { validate: validateQuarantine, subject: "the quarantine list" };

/** What the list says of a scenario. */
type Entry = QuarantineFile["quarantine"][number];

/** A quarantine list as far as it can be read, and what is wrong with it. */
export interface QuarantineList {
  /** As shown to the user; undefined if there is no list. */
  name: string | undefined;
  entries: readonly Entry[];
  diagnostics: readonly Diagnostic[];
}

/**
 * Reads a quarantine list; one that does not exist is empty.
 * @param path absolute
 * @param today the date in UTC, `YYYY-MM-DD`: an entry counts up to the end of its last day
 * @param chosen checks only the entries of these ids, as a run does; undefined for all
 */
export function readQuarantine(
  path: string,
  { cwd, today, chosen }: { cwd: string; today: string; chosen?: ReadonlySet<string> },
): QuarantineList {
  if (!existsSync(path)) return { name: undefined, entries: [], diagnostics: [] };
  const { document, name, diagnostics } = readLocatedFile<QuarantineFile>(path, cwd, FORMAT);
  if (!document) return { name, entries: [], diagnostics };
  const entries = entriesOf(document);
  const found = [...diagnostics];
  for (const [index, { id, owner, expires }] of entries.entries()) {
    if (chosen && !chosen.has(id)) continue;
    const wrong = wrongDate(expires, today);
    if (!wrong) continue;
    found.push(
      laneDiagnostic(document, ["quarantine", index, "expires"], {
        code: "quarantine-expired",
        message:
          wrong === "expired"
            ? `the quarantine of \`${id}\` ended on ${expires}`
            : `the date ${expires} does not exist`,
        hint:
          wrong === "expired"
            ? `Fix the scenario or what it found, and remove the entry; ${owner} looks after it.`
            : "Write the last day that the entry counts, such as 2026-12-31.",
      }),
    );
  }
  return { name, entries: entries.filter(({ id }) => !chosen || chosen.has(id)), diagnostics: found };
}

/** Reports what in the list does not fit the scenarios: unknown ids, and ids that are there twice. */
export function checkQuarantine(path: string, cwd: string, { scenarios, unusable }: Catalog): Diagnostic[] {
  if (!existsSync(path)) return [];
  const { document } = readLocatedFile<QuarantineFile>(path, cwd, FORMAT);
  if (!document) return [];
  const known = [...new Set(scenarios.flatMap(({ id, family }) => [family, id]))];
  const expected = new Set([...known, ...unusable.map(({ id }) => id)]);
  const seen = new Set<string>();
  const found: Diagnostic[] = [];
  for (const [index, { id }] of entriesOf(document).entries()) {
    if (found.length >= LIMITS.problems) break;
    if (!expected.has(id)) found.push(unknownId(document, index, id, known));
    if (seen.has(id)) found.push(repeatedId(document, index, id));
    seen.add(id);
  }
  return found;
}

/** With ids in the form that scenarios have. */
function entriesOf({ value }: LocatedFile<QuarantineFile>): Entry[] {
  return value.quarantine.map((entry) => ({ ...entry, id: entry.id.normalize() }));
}

function unknownId(
  document: LocatedFile<QuarantineFile>,
  index: number,
  id: string,
  known: readonly string[],
): Diagnostic {
  return laneDiagnostic(document, ["quarantine", index, "id"], {
    code: "unknown-scenario",
    message: `no scenario has the id \`${id}\``,
    hint: suggestion(id, known, "Remove the entry if the scenario is gone; `qa list` shows what there is."),
  });
}

function repeatedId(document: LocatedFile<QuarantineFile>, index: number, id: string): Diagnostic {
  return laneDiagnostic(document, ["quarantine", index, "id"], {
    code: "quarantine-repeated",
    message: `\`${id}\` is in quarantine twice`,
    hint: "Keep one of the entries.",
  });
}

function wrongDate(date: string, today: string): "expired" | "no-date" | undefined {
  const time = Date.parse(`${date}T00:00:00Z`);
  // Some days that do not exist are parsed as one of the next month.
  if (Number.isNaN(time) || !new Date(time).toISOString().startsWith(date)) return "no-date";
  return date < today ? "expired" : undefined;
}
