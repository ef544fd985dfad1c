import { join } from "node:path";

/** Where npm keeps a package that it installed globally into a prefix: on Windows there is no `lib` in between. */
export function globalPackageRoot(prefix: string, name: string, platform = process.platform): string {
  return platform === "win32"
    ? join(prefix, "node_modules", name)
    : join(prefix, "lib", "node_modules", name);
}
