import { mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { onTestFinished } from "vitest";
import type { ParsedFile } from "../parse.ts";
import { parseScenarioFile } from "../parse.ts";
import { SourceFile } from "../source/source.ts";
import type { Pack } from "../types.ts";

/** Metadata of a valid scenario, as YAML lines. */
export const METADATA = `id: demo
title: Demo
surface: config
objective: Guard something.
successCriteria:
  - Something is seen.
`;

export const FLOW = "steps:\n  - name: one\n    actions:\n      - call: reset\n";

export function markdownScenario(metadata = METADATA, flow = FLOW): string {
  return `---\n${metadata}---\n\n# Demo\n\n\`\`\`yaml qa-flow\n${flow}\`\`\`\n`;
}

/** A temp folder with these files, removed after the test. */
export function folderWith(files: Record<string, string | Uint8Array>): string {
  const root = realpathSync(mkdtempSync(join(tmpdir(), "qa-scenario-")));
  onTestFinished(() => rmSync(root, { recursive: true, force: true }));
  for (const [name, content] of Object.entries(files)) {
    const path = join(root, name);
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, content);
  }
  return root;
}

/** Parses a text as a file of a pack at `/pack`. */
export function parseText(text: string, name = "demo/demo.md", foreign = false): ParsedFile {
  const pack: Pack = { name: "pack", root: "/pack", referenceRoot: "/pack", foreign, trusted: false };
  return parseScenarioFile(new SourceFile(name, join("/pack", name), text), pack);
}
