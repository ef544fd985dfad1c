import { join } from "node:path";
import { expect, test } from "vitest";
import { globalPackageRoot } from "./global-install.ts";

test.for([
  ["linux", "prefix/lib/node_modules/openclaw"],
  ["darwin", "prefix/lib/node_modules/openclaw"],
  ["win32", "prefix/node_modules/openclaw"],
] as const)("on %s npm keeps a global package in %s", ([platform, path]) => {
  expect(globalPackageRoot("prefix", "openclaw", platform)).toBe(join(path));
});
