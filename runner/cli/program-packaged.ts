import { join } from "node:path";
import { CompiledCode } from "../base/compiled-code.ts";
import { CACHE } from "../base/places.js";
import type * as program from "./program.ts";

// Stands in the place of program.ts in the package, whose program lies in chunks of CommonJS: Node loads these without its
// loader for ES modules, and with all that V8 compiled of them while they ran before. Each command runs other functions.

/** Beside this file: the build puts it there. */
const PROGRAM = "program.cjs";

/** Runs the program's `runCli`, and keeps what V8 has compiled of it. */
export async function runCli(args: readonly string[]): Promise<number> {
  const [command = ""] = args;
  const folder = join(CACHE, "commands", /^[a-z][a-z-]*$/.test(command) ? command : "other");
  const compiled = new CompiledCode(folder, (url) => import(url));
  const { runCli: run } = compiled.load(join(import.meta.dirname, PROGRAM)) as typeof program;
  const ended = await run(args);
  compiled.keep();
  return ended;
}
