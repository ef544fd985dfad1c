import { execFile } from "node:child_process";
import { chmod, mkdtemp, readdir, readFile, rm, stat, truncate, utimes, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { afterEach, beforeEach, expect, test } from "vitest";

const MODULE = new URL("compiled-code.ts", import.meta.url).href;
/** Loads main.cjs, prints what it says, and keeps what was compiled. */
const PROGRAM = `
const { CompiledCode } = await import(${JSON.stringify(MODULE)});
const [folder] = process.argv.slice(1);
const compiled = new CompiledCode(folder + "/kept");
const { run } = compiled.load(folder + "/main.cjs");
console.log(run());
compiled.keep();`;

let folder: string;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "qa-compiled-"));
  await writeFile(
    join(folder, "main.cjs"),
    'const { word } = require("./part.cjs"); exports.run = () => word() + require("node:path").sep;',
  );
  await writeFile(join(folder, "part.cjs"), 'exports.word = () => "one";');
});

afterEach(() => rm(folder, { recursive: true }));

async function start(): Promise<string> {
  const args = ["--input-type=module", "-e", PROGRAM, folder];
  const { stdout } = await promisify(execFile)(process.execPath, args);
  return stdout.trim();
}

async function keptFiles(): Promise<{ path: string; ino: number; size: number }[]> {
  const entries = await readdir(join(folder, "kept"), { recursive: true, withFileTypes: true });
  const paths = entries
    .filter((entry) => entry.isFile())
    .map(({ parentPath, name }) => join(parentPath, name));
  return Promise.all(
    paths.sort().map(async (path) => {
      const { ino, size } = await stat(path);
      return { path, ino, size };
    }),
  );
}

test("what was compiled is kept once, for every file, and nobody else can read it", async () => {
  expect(await start()).toBe("one/");
  const kept = await keptFiles();
  expect(kept).toHaveLength(2);
  for (const { path } of kept) expect((await stat(path)).mode & 0o777).toBe(0o600);
  expect(await start()).toBe("one/");
  // Written anew, they would be other files.
  expect(await keptFiles()).toEqual(kept);
});

test("functions that ran are in it, not only those that loading compiles", async () => {
  const statements = Array.from({ length: 500 }, (_, index) => `total += ${index} * total;`).join("\n");
  await writeFile(
    join(folder, "part.cjs"),
    `exports.word = () => "one"; exports.long = () => { let total = 1;\n${statements}\nreturn total; };`,
  );
  await start();
  const [, before] = await keptFiles();
  await rm(join(folder, "kept"), { recursive: true });
  await writeFile(
    join(folder, "main.cjs"),
    'const { long } = require("./part.cjs"); exports.run = () => (long(), "ran");',
  );
  expect(await start()).toBe("ran");
  const [, after] = await keptFiles();
  expect(after?.size).toBeGreaterThan(4 * (before?.size ?? 0));
});

test("a file that has changed is compiled anew, though it is as long as it was", async () => {
  await start();
  await writeFile(join(folder, "part.cjs"), 'exports.word = () => "two";');
  await utimes(join(folder, "part.cjs"), new Date(), new Date(Date.now() + 5_000));
  expect(await start()).toBe("two/");
});

test("what was kept and is damaged is compiled and kept anew", async () => {
  await start();
  const before = await keptFiles();
  for (const { path } of before) await truncate(path, 40);
  expect(await start()).toBe("one/");
  for (const { size } of await keptFiles()) expect(size).toBeGreaterThan(40);
});

test("a folder that cannot be written to costs time and nothing else", async () => {
  await writeFile(join(folder, "kept"), "a file stands where the folder would");
  expect(await start()).toBe("one/");
  await chmod(join(folder, "kept"), 0o400);
  expect(await start()).toBe("one/");
});

test("a file that is missing is missing as Node says it", async () => {
  await rm(join(folder, "part.cjs"));
  await expect(start()).rejects.toThrow(/Cannot find module '.*part\.cjs'/);
});

test("what was kept and has changed by one bit, or belongs to everybody, never runs", async () => {
  await start();
  const [{ path: main } = { path: "" }, { path: part } = { path: "" }] = await keptFiles();
  const code = await readFile(main);
  code[code.length >> 1] = (code[code.length >> 1] ?? 0) ^ 1;
  await writeFile(main, code);
  await chmod(part, 0o666);
  const before = await keptFiles();
  expect(await start()).toBe("one/");
  const after = await keptFiles();
  expect(after.map(({ ino }, index) => ino !== before[index]?.ino)).toEqual([true, true]);
});
