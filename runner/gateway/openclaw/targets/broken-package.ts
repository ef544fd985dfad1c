import { createHash } from "node:crypto";
import { readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { isJsonObject, type JsonObject } from "../../../base/json.ts";
import type { PackageFault } from "./faults.ts";

/** What a release lists of itself, to see after an install whether it is all there. */
const INVENTORY = "dist/postinstall-content-inventory.json";
/** A start of the gateway leads through one of them. */
const ENTRIES: readonly string[] = ["dist/index.js", "dist/entry.js"];
/** Gateway commands that are no start of the gateway itself. */
const NO_START =
  '["install","uninstall","status","stop","start","restart","call","health","probe","discover"]';
const STARTS = `process.argv.includes("gateway")&&!process.argv.some((arg)=>${NO_START}.includes(arg))`;
const DIES = `{console.error("gateway-qa: this release was made to end here");process.exit(1)}`;

/** What a start does; the second only where a service manager starts it. */
const GUARDS: Readonly<Partial<Record<PackageFault, string>>> = {
  "crash-at-start": `if(${STARTS})${DIES}`,
  "crash-after-check": `if(process.env.INVOCATION_ID&&${STARTS})${DIES}`,
};

interface Listed extends JsonObject {
  path: string;
}

/**
 * Turns an unpacked release into another version of itself, which differs in nothing but the fault.
 * @param root the package's folder
 * @returns turns it back
 * @throws Error for a package that is made in another way
 */
export async function makeVersion(
  root: string,
  version: string,
  fault: PackageFault | undefined,
): Promise<() => Promise<void>> {
  const before = new Map<string, string>();
  const read = async (path: string) => {
    const text = await readFile(join(root, path), "utf8");
    before.set(path, text);
    return text;
  };
  const change = async (path: string, edit: (text: string) => string) =>
    writeFile(join(root, path), edit(await read(path)));
  await change("package.json", (text) => json({ ...parse(text), version }));
  await change("dist/build-info.json", (text) => json(rebuilt(parse(text), version)));
  const guard = fault && GUARDS[fault];
  if (guard) for (const path of ENTRIES) await change(path, (text) => guarded(text, guard));
  const listed = await read(INVENTORY).catch(() => undefined);
  if (listed !== undefined) {
    const entries = JSON.parse(listed) as Listed[];
    const relisting = JSON.stringify(await Promise.all(entries.map((entry) => relisted(entry))));
    await writeFile(join(root, INVENTORY), relisting);
  }
  if (fault === "missing-file") {
    const path = await fileToMiss(root);
    await read(path);
    await rm(join(root, path));
  }
  return async () => {
    for (const [path, text] of before) await writeFile(join(root, path), text);
  };

  async function relisted(entry: Listed): Promise<Listed> {
    if (!before.has(entry.path)) return entry;
    const content = await readFile(join(root, entry.path));
    const sha256 = createHash("sha256").update(content).digest("hex");
    return { ...entry, sha256, size: content.length };
  }
}

/** A number that no release of that month has. */
export function inventedVersion(version: string): string {
  const [year, month, patch = "0"] = version.split(".");
  return `${year}.${month}.${Number.parseInt(patch, 10) + 900}`;
}

function rebuilt(build: JsonObject, version: string): JsonObject {
  const { version: before, buildId } = build;
  return {
    ...build,
    version,
    ...(typeof buildId === "string" ? { buildId: buildId.replace(String(before), version) } : {}),
  };
}

/** After the first line, which may say what runs the file. */
function guarded(text: string, guard: string): string {
  const end = text.startsWith("#!") ? text.indexOf("\n") + 1 : 0;
  return `${text.slice(0, end)}${guard};\n${text.slice(end)}`;
}

/** A file of the package that it lists, and that nothing needs to see that it is missing. */
async function fileToMiss(root: string): Promise<string> {
  for (const name of [INVENTORY, "dist/postinstall-inventory.json"]) {
    const text = await readFile(join(root, name), "utf8").catch(() => "[]");
    const entries = JSON.parse(text) as unknown[];
    const paths = entries.map((entry) => (isJsonObject(entry) ? String(entry.path) : String(entry)));
    const chosen = paths.find((path) => /^dist\/[^/]*update-status[^/]*\.m?js$/.test(path)) ?? paths.at(-1);
    if (chosen !== undefined) return chosen;
  }
  throw new Error("the package lists nothing of itself");
}

function parse(text: string): JsonObject {
  return JSON.parse(text) as JsonObject;
}

function json(value: JsonObject): string {
  return `${JSON.stringify(value, null, 2)}\n`;
}
