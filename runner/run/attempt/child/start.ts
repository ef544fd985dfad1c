import { enableCompileCache, flushCompileCache } from "node:module";
import { join } from "node:path";
import { CompiledCode } from "../../../base/compiled-code.ts";
import { CACHE } from "../../../base/places.js";
import type * as program from "./attempt.ts";

// The start of an attempt's process, bundled as its program is: it is started for every attempt, and is to cost little.
// Node's own cache is for what a scenario imports.
enableCompileCache(CACHE);
const compiled = new CompiledCode(join(CACHE, "attempt"));
const { main } = compiled.load(join(import.meta.dirname, "attempt.cjs")) as typeof program;
main(() => {
  compiled.keep();
  flushCompileCache();
});
