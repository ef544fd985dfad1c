import { readdirSync, statSync } from "node:fs";
import { extname, join } from "node:path";

const EXTENSIONS = new Set([".md", ".yaml", ".yml"]);

/**
 * Files below a folder that may be scenarios or a pack index, sorted by path. Dotfiles,
 * node_modules and README.md (documentation, which may show scenarios) are left out.
 */
export function findScenarioFiles(folder: string): string[] {
  const files: string[] = [];
  for (const entry of readdirSync(folder, { withFileTypes: true })) {
    const path = join(folder, entry.name);
    if (entry.name.startsWith(".") || entry.name === "node_modules") continue;
    if (entry.isDirectory()) files.push(...findScenarioFiles(path));
    else if (isCandidate(entry.name) && (entry.isFile() || isLinkedFile(path))) files.push(path);
  }
  return files.sort();
}

function isCandidate(name: string): boolean {
  return EXTENSIONS.has(extname(name).toLowerCase()) && name.toLowerCase() !== "readme.md";
}

function isLinkedFile(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isFile() === true;
}
