import { chmodSync, chownSync, readFileSync, statSync, symlinkSync, writeFileSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { readKept, writeKept } from "./kept-file.ts";

let folder: string;
let file: string;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "qa-kept-"));
  file = join(folder, "own/kept");
  expect(writeKept(file, Buffer.from("what was found"))).toBe(true);
});

afterEach(() => rm(folder, { recursive: true }));

const read = () => readKept(file)?.toString();

test("what was kept comes back, and nobody else can read it", () => {
  expect(read()).toBe("what was found");
  expect(statSync(file).mode & 0o777).toBe(0o600);
  expect(statSync(join(folder, "own")).mode & 0o777).toBe(0o700);
  writeKept(file, Buffer.alloc(0));
  expect(read()).toBe("");
});

test("every byte counts, and so does the length", () => {
  const whole = readFileSync(file);
  for (const index of whole.keys()) {
    const changed = Buffer.from(whole);
    changed[index] = (changed[index] ?? 0) ^ 4;
    writeFileSync(file, changed);
    expect(read(), `byte ${index}`).toBeUndefined();
    writeFileSync(file, whole.subarray(0, index));
    expect(read(), `${index} bytes`).toBeUndefined();
  }
  writeFileSync(file, Buffer.concat([whole, Buffer.from(" ")]));
  expect(read()).toBeUndefined();
  writeFileSync(file, whole);
  expect(read()).toBe("what was found");
});

test("a file that others can write to, a link and a folder do not count", () => {
  chmodSync(file, 0o660);
  expect(read()).toBeUndefined();
  chmodSync(file, 0o600);
  symlinkSync(file, join(folder, "link"));
  expect(readKept(join(folder, "link"))).toBeUndefined();
  expect(readKept(folder)).toBeUndefined();
  expect(readKept(join(folder, "gone"))).toBeUndefined();
});

test.runIf(process.getuid?.() === 0)("a file that belongs to somebody else does not count", () => {
  chownSync(file, 65534, 65534);
  expect(read()).toBeUndefined();
});

test("where nothing can be written, nothing is left", () => {
  expect(writeKept(join(file, "below"), Buffer.from("x"))).toBe(false);
  expect(writeKept("/dev/null/kept", Buffer.from("x"))).toBe(false);
});
