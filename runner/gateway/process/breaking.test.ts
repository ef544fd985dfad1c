import { execFile } from "node:child_process";
import { mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { expect, onTestFinished, test } from "vitest";
import { plannedFault } from "../../base/border-faults.ts";
import { Breaking } from "./breaking.ts";

/** Does each thing that is counted, in each of the ways that Node has for it. */
const PROGRAM = `
import fs, { appendFileSync, closeSync, fsyncSync, openSync, renameSync, rmSync, writeFileSync, writeSync } from "node:fs";
import { appendFile, open, rename, unlink, writeFile } from "node:fs/promises";
import { spawnSync, execFile } from "node:child_process";
import { promisify } from "node:util";
const [root] = process.argv.slice(2);
const at = (name) => root + "/state/" + name;
const say = (text) => process.stdout.write(text + "\\n");
const before = Date.now();
try {
  writeFileSync(at("a.json"), "{}");
  const file = openSync(at("lines"), "a");
  writeSync(file, "one\\n");
  fsyncSync(file);
  closeSync(file);
  appendFileSync(at("lines"), "two\\n");
  renameSync(at("a.json"), at("b.json"));
  const handle = await open(at("c.json"), "w");
  await handle.writeFile("[1]");
  await handle.sync();
  await handle.close();
  await rename(at("c.json"), at("d.json"));
  await writeFile(at("e.json"), "x");
  await appendFile(at("lines"), "three\\n");
  await promisify(fs.writeFile)(at("f.json"), "yy");
  const stream = fs.createWriteStream(at("g.json"));
  await new Promise((done) => stream.end("zz", done));
  rmSync(at("b.json"));
  await unlink(at("d.json"));
  spawnSync("true");
  await promisify(execFile)("true");
  writeFileSync(root + "/gateway.log", "what is logged is no state");
  writeFileSync(root + "/../elsewhere", "nor is what lies elsewhere");
} catch (error) {
  say(error.code + " " + error.syscall);
}
say(String(Math.round((Date.now() - before) / 60_000)) + " minutes");
`;

async function performed(...faults: string[]) {
  const folder = await mkdtemp(join(tmpdir(), "gateway-qa-breaking-"));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  const root = join(folder, "root");
  await mkdir(join(root, "state"), { recursive: true });
  const program = join(folder, "program.mjs");
  await writeFile(program, PROGRAM);
  const own = join(folder, "breaking");
  await mkdir(own);
  const breaking = new Breaking(
    own,
    faults.flatMap((text) => plannedFault(text) ?? []),
  );
  const run = () =>
    promisify(execFile)(process.execPath, [program, root, "run", "--port", "1"], {
      env: { PATH: process.env.PATH, OPENCLAW_QA_TEMP_ROOT: root, ...breaking.env },
    }).then(
      ({ stdout, stderr }) => ({ stdout, stderr, signal: undefined }),
      (error: { stdout: string; stderr: string; signal: string }) => error,
    );
  const read = (name: string) => readFile(join(root, "state", name), "utf8").catch(() => undefined);
  return { breaking, run, read };
}

const placesOf = ({ breaking }: { breaking: Breaking }) => Object.fromEntries(breaking.told().passed);

test("what a gateway does with its files is counted from the beginning of the scenario on", async () => {
  const gateway = await performed();
  expect(await gateway.run()).toMatchObject({ stdout: "0 minutes\n", stderr: "" });
  expect(placesOf(gateway)).toEqual({});
  gateway.breaking.arm();
  expect(await gateway.run()).toMatchObject({ stdout: "0 minutes\n", stderr: "" });
  expect(placesOf(gateway)).toEqual({
    ...{ "opened file": 8, write: 8, line: 3, rename: 2, fsync: 2, unlink: 2, spawn: 2 },
    // Each write of more than one byte has a second point, within it.
    operation: 8 + 2 + 2 + 2 + 2 + 7,
  });
  expect(gateway.breaking.told().operations.slice(0, 3)).toEqual([
    { kind: "write", what: "state/a.json", serial: 1 },
    { kind: "half of write", what: "state/a.json", serial: 2 },
    { kind: "write", what: "state/lines", serial: 3 },
  ]);
  expect(gateway.breaking.told().kills).toBe(0);
});

test.for([
  ["process.kill-write@2", "before write of state/lines", { "a.json": "{}", lines: "" }],
  ["process.kill-rename", "before rename of state/b.json", { "a.json": "{}", "b.json": undefined }],
  ["process.kill-fsync@2", "before fsync of state/c.json", { "c.json": "[1]", "d.json": undefined }],
  ["process.kill-unlink", "before unlink of state/b.json", { "b.json": "{}" }],
  ["process.kill-spawn", "before spawn of true", { "d.json": undefined }],
  ["process.kill@2", "within write of state/a.json", { "a.json": "{" }],
  ["process.kill@4", "within write of state/lines", { lines: "on" }],
  ["files.torn-line@2", "half a line of state/lines", { lines: "one\ntw" }],
] as const)("%s kills the process there, and not again in the next one", async ([fault, how, files]) => {
  const gateway = await performed(fault);
  gateway.breaking.arm();
  expect((await gateway.run()).signal).toBe("SIGKILL");
  expect(gateway.breaking.told()).toMatchObject({ kills: 1 });
  expect(gateway.breaking.told().done).toEqual(new Map([[fault, { times: 1, how }]]));
  for (const [name, text] of Object.entries(files))
    expect([name, await gateway.read(name)]).toEqual([name, text]);
  expect((await gateway.run()).signal).toBeUndefined();
  expect(gateway.breaking.told().kills).toBe(1);
});

test.for([
  ["files.full@3", "ENOSPC write", { lines: "one\n" }],
  ["files.full@5", "ENOSPC write", { "d.json": "[1]", "e.json": undefined }],
  ["files.read-only", "EROFS write", { "a.json": undefined }],
  ["files.read-only@2", "EROFS open", { "a.json": "{}", lines: undefined }],
  ["files.read-only@4+", "EROFS open", { "c.json": undefined, "b.json": "{}" }],
] as const)("%s refuses as the system does: %s", async ([fault, says, files]) => {
  const gateway = await performed(fault);
  gateway.breaking.arm();
  expect((await gateway.run()).stdout).toContain(`${says}\n`);
  for (const [name, text] of Object.entries(files))
    expect([name, await gateway.read(name)]).toEqual([name, text]);
  expect(gateway.breaking.told().done.get(fault)?.times).toBe(1);
});

test("a clock that is set back stays so in the next process", async () => {
  const gateway = await performed("files.clock-back@2");
  gateway.breaking.arm();
  expect((await gateway.run()).stdout).toBe("-60 minutes\n");
  expect((await gateway.run()).stdout).toBe("0 minutes\n");
});

test("a process that is stopped goes on by itself", async () => {
  const gateway = await performed("process.stop");
  gateway.breaking.arm();
  expect(await gateway.run()).toMatchObject({ stdout: "0 minutes\n", signal: undefined });
  expect(gateway.breaking.told().done.get("process.stop")).toEqual({
    times: 1,
    how: "for 3 s, at write of state/a.json",
  });
});
