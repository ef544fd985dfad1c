import { copyFileSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { loadCatalog } from "./catalog/catalog.ts";
import { DIAGNOSTIC_CODES } from "./codes.ts";
import { formatDiagnostics } from "./source/format.ts";

const GOLDEN = join(import.meta.dirname, "golden");
const inputs = readdirSync(GOLDEN).filter((name) => !name.endsWith(".txt"));

/** A repository of its own, so that every file is checked as one of the repository's own pack. */
let repoRoot: string;

beforeAll(() => {
  repoRoot = mkdtempSync(join(tmpdir(), "qa-golden-"));
  mkdirSync(join(repoRoot, "qa", "scenarios", "demo"), { recursive: true });
  mkdirSync(join(repoRoot, "docs"));
  writeFileSync(join(repoRoot, "docs", "known.md"), "# Known\n");
});

afterAll(() => rmSync(repoRoot, { recursive: true }));

async function check(name: string): Promise<{ text: string; codes: string[] }> {
  const path = join(repoRoot, "qa", "scenarios", "demo", name);
  copyFileSync(join(GOLDEN, name), path);
  const { diagnostics } = await loadCatalog({ repoRoot, paths: [path], cwd: repoRoot });
  return {
    text: await formatDiagnostics(diagnostics, {}, repoRoot),
    codes: diagnostics.map((diagnostic) => diagnostic.code),
  };
}

describe("broken files", () => {
  it.for(inputs)("%s", async (name, { expect: expectHere }) => {
    const { text } = await check(name);
    expectHere(text).not.toBe("");
    await expectHere(`${text}\n`).toMatchFileSnapshot(join(GOLDEN, `${basename(name)}.txt`));
  });

  it("show every code that one file alone can have", async () => {
    const seen = new Set((await Promise.all(inputs.map(check))).flatMap((result) => result.codes));
    const elsewhere = [
      "duplicate-id",
      "file-too-large",
      "link-left-out",
      "not-utf8",
      "too-many-problems",
      "unknown-scenario",
      "unreadable-file",
    ];
    expect([...seen, ...elsewhere].sort()).toEqual(Object.keys(DIAGNOSTIC_CODES).sort());
  });
});
