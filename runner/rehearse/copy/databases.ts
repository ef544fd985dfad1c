import { rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { DatabaseSync as Database } from "node:sqlite";
import { isSecretName } from "../../base/secrets/names.ts";
import { NOT_COPIED, scrubbed } from "./scrub.ts";

/**
 * Tables of a release's databases that a copy gets. All others are empty there: what a table of another name holds is
 * not known, and credentials lie in the same files.
 */
const TABLES: readonly RegExp[] = [
  /^(?:schema_meta|migration_runs|migration_sources|agent_databases|agent_provenance|config_machine_state)$/,
  // Sessions, what was said in them, and what is found in it.
  /^(?:sessions?|session_(?!upstream_links)\w+|transcript_\w+|conversations|conversation_deliveries|heartbeat_outcomes)$/,
  /^memory_\w+$|^standing_intents$/,
  /^cron_\w+$/,
  /^workspace_\w+$|^skill_(?:usage|library_\w+)$/,
  /^(?:device_pairing_paired|gateway_restart_sentinel|update_runs)$/,
  // An index of memory files, as releases until 2026.4 have it.
  /^(?:meta|files|chunks\w*|embedding_cache)$/,
];
/** What was said is copied as it is, as in transcripts that are files. */
const AS_IT_IS = /^(?:transcript_|session_transcript_|memory_|chunks|embedding_cache)/;

interface Table {
  name: string;
  type: "table" | "virtual" | "shadow" | "view";
  /** Columns that can be written, and the table's rows have a number. */
  columns: string[];
  hasRowId: boolean;
}

/**
 * Makes a copy of a database with the rows of the tables that are on the list, without credentials.
 * @param content of the database's file, and of the log beside it if there is one
 * @param scratch private folder, which holds the whole database while this runs
 * @param target file that does not exist yet
 * @throws Error for what is no database
 */
export async function copyDatabase(
  content: { file: Buffer; log?: Buffer },
  scratch: string,
  target: string,
): Promise<void> {
  const whole = join(scratch, "whole.sqlite");
  const files = [whole, `${whole}-wal`, `${whole}-shm`];
  try {
    await writeFile(whole, content.file, { mode: 0o600 });
    if (content.log) await writeFile(`${whole}-wal`, content.log, { mode: 0o600 });
    await withDatabase(whole, (database) => {
      database.exec("PRAGMA foreign_keys = OFF; PRAGMA secure_delete = ON;");
      withoutTriggers(database, () => {
        for (const table of tablesOf(database)) {
          if (!isListed(table.name)) {
            empty(database, table);
          } else if (!AS_IT_IS.test(table.name)) scrubTable(database, table);
        }
      });
      database.prepare("VACUUM INTO ?").run(target);
    });
  } finally {
    await Promise.all(files.map((file) => rm(file, { force: true })));
  }
}

/**
 * Replaces texts in all rows of a database.
 * @param part what a text has to hold to be replaced
 */
export async function rewriteDatabase(
  path: string,
  part: string,
  rewrite: (text: string) => string,
): Promise<void> {
  await withDatabase(path, (database) => {
    withoutTriggers(database, () => {
      for (const table of tablesOf(database)) {
        changeTexts(database, table, part, (text) => rewrite(text));
      }
    });
  });
}

async function withDatabase(path: string, work: (database: Database) => void): Promise<void> {
  const { DatabaseSync } = await import("node:sqlite");
  const database = new DatabaseSync(path);
  try {
    work(database);
  } finally {
    database.close();
  }
}

/** What a release does on each change is not done for changes of ours. */
function withoutTriggers(database: Database, work: () => void): void {
  const triggers = database
    .prepare("SELECT name, sql FROM sqlite_master WHERE type = 'trigger' AND sql IS NOT NULL")
    .all() as { name: string; sql: string }[];
  for (const { name } of triggers) database.exec(`DROP TRIGGER ${quoted(name)}`);
  work();
  for (const { sql } of triggers) database.exec(sql);
}

function tablesOf(database: Database): Table[] {
  const listed = database
    .prepare(
      "SELECT name, type, wr FROM pragma_table_list WHERE schema = 'main' AND name NOT LIKE 'sqlite_%'",
    )
    .all() as { name: string; type: Table["type"]; wr: number }[];
  return listed
    .filter(({ type }) => type !== "view")
    .map(({ name, type, wr }) => {
      const columns = database
        .prepare("SELECT name FROM pragma_table_xinfo(?) WHERE hidden = 0")
        .all(name) as { name: string }[];
      return { name, type, hasRowId: wr === 0, columns: columns.map((column) => column.name) };
    });
}

function empty(database: Database, { name, type }: Table): void {
  if (type === "table") database.exec(`DELETE FROM ${quoted(name)}`);
  if (type !== "virtual") return;
  // An index keeps the words of rows that are gone, in tables behind it, which go and come with it.
  const { sql } = database.prepare("SELECT sql FROM sqlite_master WHERE name = ?").get(name) as {
    sql: string;
  };
  database.exec(`DROP TABLE ${quoted(name)}`);
  database.exec(sql);
}

function isListed(name: string): boolean {
  return TABLES.some((pattern) => pattern.test(name));
}

function scrubTable(database: Database, table: Table): void {
  changeTexts(database, table, "", (text, column) => {
    if (isSecretName(column)) return NOT_COPIED;
    if (!/^\s*[[{]/.test(text)) return text;
    try {
      return JSON.stringify(scrubbed(JSON.parse(text)));
    } catch {
      return text;
    }
  });
}

function changeTexts(
  database: Database,
  { name, type, columns, hasRowId }: Table,
  part: string,
  change: (text: string, column: string) => string,
): void {
  if (type !== "table") return;
  for (const column of columns) {
    // A table without row numbers has texts as keys: those that are the same are changed together.
    const key = hasRowId ? "rowid" : quoted(column);
    const rows = database
      .prepare(
        `SELECT ${key} AS key, ${quoted(column)} AS text FROM ${quoted(name)} WHERE typeof(${quoted(column)}) = 'text' AND instr(${quoted(column)}, ?) > 0`,
      )
      .all(part) as { key: string | number; text: string }[];
    const update = database.prepare(`UPDATE ${quoted(name)} SET ${quoted(column)} = ? WHERE ${key} = ?`);
    for (const { key: row, text } of rows) {
      const changed = change(text, column);
      if (changed !== text) update.run(changed, row);
    }
  }
}

function quoted(name: string): string {
  return `"${name.replaceAll('"', '""')}"`;
}
