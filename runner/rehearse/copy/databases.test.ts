import { mkdir, mkdtemp, readdir, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { afterEach, beforeEach, expect, test } from "vitest";
import { SECRET } from "../testing/planted.ts";
import { copyDatabase, rewriteDatabase } from "./databases.ts";

let folder: string;
let target: string;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "rehearse-db-"));
  await mkdir(join(folder, "scratch"));
  target = join(folder, "copy.sqlite");
});

afterEach(() => rm(folder, { recursive: true }));

/** As a release that runs leaves it: with what was written last in the log beside it. */
async function state(): Promise<{ file: Buffer; log: Buffer }> {
  const path = join(folder, "original.sqlite");
  const database = new DatabaseSync(path);
  database.exec(`
    PRAGMA journal_mode = WAL;
    PRAGMA user_version = 7;
    CREATE TABLE auth_profile_store (id TEXT PRIMARY KEY, value_json TEXT) STRICT;
    CREATE TABLE unheard_of (value TEXT);
    CREATE TABLE cron_jobs (job_id TEXT PRIMARY KEY, job_json TEXT) WITHOUT ROWID;
    CREATE TABLE transcript_events (seq INTEGER PRIMARY KEY, event_json TEXT);
    CREATE VIRTUAL TABLE session_transcript_fts USING fts5(text);
    CREATE VIRTUAL TABLE other_fts USING fts5(text);
    CREATE TABLE session_log (text TEXT);
    CREATE TRIGGER on_auth AFTER DELETE ON auth_profile_store BEGIN INSERT INTO session_log VALUES (old.value_json); END;
    CREATE TRIGGER on_event AFTER UPDATE ON transcript_events BEGIN INSERT INTO session_log VALUES ('updated'); END;
  `);
  const insert = (sql: string, ...values: string[]) => database.prepare(sql).run(...values);
  insert("INSERT INTO auth_profile_store VALUES ('a', ?)", `{"key":"${SECRET}"}`);
  insert("INSERT INTO unheard_of VALUES (?)", SECRET);
  insert(
    "INSERT INTO cron_jobs VALUES ('j1', ?)",
    `{"name":"daily","token":"${SECRET}","store":"/home/u/.openclaw/x"}`,
  );
  insert("INSERT INTO transcript_events VALUES (1, ?)", '{"cwd":"/home/u/.openclaw/workspace","text":"a b"}');
  insert("INSERT INTO session_transcript_fts VALUES ('harbour')");
  insert("INSERT INTO other_fts VALUES (?)", SECRET);
  const content = { file: await readFile(path), log: await readFile(`${path}-wal`) };
  database.close();
  return content;
}

/** Runs a query; gives the values of each row. */
function rowsOf(database: DatabaseSync) {
  return (sql: string) =>
    database
      .prepare(sql)
      .all()
      .map((row) => Object.values(row));
}

test("listed tables are copied, also what is in the log only; nothing of the others and no credential is", async () => {
  const original = await state();
  expect(original.log.includes(SECRET)).toBe(true);
  await copyDatabase(original, join(folder, "scratch"), target);
  expect((await readFile(target)).includes(SECRET)).toBe(false);
  expect(await readdir(join(folder, "scratch"))).toEqual([]);
  const copy = new DatabaseSync(target);
  const all = rowsOf(copy);
  expect(all("PRAGMA user_version")).toEqual([[7]]);
  expect(all("SELECT count(*) FROM auth_profile_store")).toEqual([[0]]);
  expect(all("SELECT count(*) FROM unheard_of")).toEqual([[0]]);
  expect(all("SELECT text FROM session_transcript_fts WHERE session_transcript_fts MATCH 'harbour'")).toEqual(
    [["harbour"]],
  );
  expect(all("SELECT job_json FROM cron_jobs")).toEqual([
    ['{"name":"daily","token":"not-copied-by-the-rehearsal","store":"/home/u/.openclaw/x"}'],
  ]);
  expect(all("SELECT text FROM session_log")).toEqual([]);
  expect(all("SELECT name FROM sqlite_master WHERE type = 'trigger' ORDER BY name")).toEqual([
    ["on_auth"],
    ["on_event"],
  ]);
  copy.close();
});

test("paths in all texts are rewritten, without what a release does on a change", async () => {
  await copyDatabase(await state(), join(folder, "scratch"), target);
  await rewriteDatabase(target, "/home/u/.openclaw", (text) => text.replaceAll("/home/u/.openclaw", "/copy"));
  const copy = new DatabaseSync(target);
  const all = rowsOf(copy);
  expect(all("SELECT event_json FROM transcript_events")).toEqual([
    ['{"cwd":"/copy/workspace","text":"a b"}'],
  ]);
  expect(all("SELECT job_json FROM cron_jobs")[0]?.[0]).toContain('"store":"/copy/x"');
  expect(all("SELECT text FROM session_log")).toEqual([]);
  copy.close();
});

test("what is no database is refused, and nothing of it stays", async () => {
  const content = { file: Buffer.from(`no database ${SECRET}`.repeat(100)) };
  await expect(copyDatabase(content, join(folder, "scratch"), target)).rejects.toThrow();
  expect(await readdir(join(folder, "scratch"))).toEqual([]);
});
