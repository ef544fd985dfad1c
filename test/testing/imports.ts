import { globSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { ROOT } from "./qa.ts";

/** One import of a file. Type-only ones are imports too: a room should not even know the other's shapes. */
export interface Import {
  /** The importing file, from the repository's root. */
  from: string;
  /** The imported file, from the repository's root, or the name of an npm package. */
  to: string;
  isPackage: boolean;
}

const SKIPPED = /(^|\/)(node_modules|\.build|\.broken\.)/;
// Statements begin a line (biome sees to that), so that imports quoted in a test's text do not count.
const IMPORT =
  /^(?:import|export)\b[^;"]*?\bfrom\s*"([^"$]+)"|^import\s*"([^"$]+)"|\bimport\(\s*"([^"$]+)"/gm;

/** Whether a file belongs to the tests: a test, or a helper in a folder `testing` beside what it helps to test. */
export function isTestCode(file: string): boolean {
  return /\.test\.ts$|(^|\/)testing\//.test(file) || file.startsWith("test/");
}

/** Every import in the source files below the given folders of the repository; Node's own modules are left out. */
export function importsBelow(...folders: string[]): Import[] {
  return globSync(
    folders.map((folder) => `${folder}/**/*.{ts,tsx,js,mjs}`),
    { cwd: ROOT },
  )
    .filter((file) => !SKIPPED.test(file))
    .sort()
    .flatMap((from) => specifiersIn(readFileSync(join(ROOT, from), "utf8")).map((to) => resolved(from, to)))
    .filter(({ to, isPackage }) => !(isPackage && to.startsWith("node:")));
}

/** What a module's text imports, as it is written there: `import`, `import type`, `export … from` and `import("…")`. */
export function specifiersIn(text: string): string[] {
  return [...text.matchAll(IMPORT)].map(([, from, bare, dynamic]) => from ?? bare ?? dynamic ?? "");
}

function resolved(from: string, specifier: string): Import {
  if (specifier.startsWith(".")) return { from, to: join(dirname(from), specifier), isPackage: false };
  const parts = specifier.split("/").slice(0, specifier.startsWith("@") ? 2 : 1);
  return { from, to: parts.join("/"), isPackage: true };
}

/** Groups of files that import each other, directly or through others of the group, each sorted by name. */
export function circlesOf(imports: readonly Import[]): string[][] {
  const targets = new Map<string, string[]>();
  for (const { from, to, isPackage } of imports) {
    if (!isPackage) targets.set(from, [...(targets.get(from) ?? []), to]);
  }
  // Tarjan's algorithm: a file that reaches none above itself closes the group that lies above it on the stack.
  const order = new Map<string, number>();
  const stack: string[] = [];
  const open = new Set<string>();
  const circles: string[][] = [];
  const visit = (file: string): number => {
    const own = order.size;
    order.set(file, own);
    stack.push(file);
    open.add(file);
    let lowest = own;
    for (const target of targets.get(file) ?? []) {
      if (!order.has(target)) lowest = Math.min(lowest, visit(target));
      else if (open.has(target)) lowest = Math.min(lowest, order.get(target) ?? own);
    }
    if (lowest === own) {
      const group = stack.splice(stack.indexOf(file));
      for (const member of group) open.delete(member);
      if (group.length > 1) circles.push(group.sort());
    }
    return lowest;
  };
  for (const file of targets.keys()) if (!order.has(file)) visit(file);
  return circles;
}
