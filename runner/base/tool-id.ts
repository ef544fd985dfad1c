import { hash } from "node:crypto";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { BUILT, ROOT } from "./places.js";

/** Of a checkout, rooms that decide how a scenario is read and what is wrong with it, by themselves or by what they give others. */
const DECISIVE = "base scenario flow http channel model gateway actions plan lanes"
  .split(" ")
  .map((room) => `runner/${room}`);
const SOURCE = /\.(?:ts|js)$/;
const NO_SOURCE = /\.test\.ts$|\.d\.ts$/;

let known: string | undefined;

/** Names this version of what reads and checks scenarios: another one may come to another result. */
export function toolId(): string {
  known ??= `${BUILT?.id ?? ofSources()} ${process.version}`;
  return known;
}

function ofSources(): string {
  const files = [join(ROOT, "package.json"), ...DECISIVE.flatMap((room) => sourcesIn(join(ROOT, room)))];
  return hash(
    "sha256",
    Buffer.concat(files.flatMap((file) => [Buffer.from(`\0${file}\0`), readFileSync(file)])),
  );
}

function sourcesIn(folder: string): string[] {
  return readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) return sourcesIn(path);
    return SOURCE.test(path) && !NO_SOURCE.test(path) ? [path] : [];
  });
}
