import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { loadCatalog } from "./catalog/catalog.ts";

let root: string;

beforeAll(() => {
  root = mkdtempSync(join(tmpdir(), "qa-surroundings-"));
  for (const folder of ["outside", "repo/qa", "repo/plugin"])
    mkdirSync(join(root, folder), { recursive: true });
  for (const folder of ["outside", "repo/plugin", "repo/qa"])
    writeFileSync(join(root, folder, "openclaw.plugin.json"), '{"id":"tide"}');
  writeFileSync(join(root, "repo/package.json"), "{}");
  symlinkSync(join(root, "outside"), join(root, "repo/linked"));
});

afterAll(() => rmSync(root, { recursive: true }));

test.for([
  [".", []],
  ["../plugin", []],
  ["../linked", ["reference-outside-repository"]],
  ["../../outside", ["reference-outside-repository"]],
  ["../nowhere", ["missing-reference"]],
] as const)("the plugin at %s: %s", async ([path, wanted]) => {
  const file = join(root, "repo/qa/tide.md");
  writeFileSync(
    file,
    `---\nplugins: [{ path: ${path} }]\n---\n\n# Tide\n\n## Asks\n\n\`\`\`yaml qa-step\n- ask: hello\n\`\`\`\n`,
  );
  const { diagnostics } = await loadCatalog({ repoRoot: join(root, "none"), paths: [file], cwd: root });
  expect(diagnostics.map(({ code }) => code)).toEqual(wanted);
});
