import { enableCompileCache } from "node:module";
import { join } from "node:path";

// JavaScript, and what it loads only now: a process is started for every attempt, and its start is to cost little.
enableCompileCache(join(import.meta.dirname, "../../../node_modules/.cache/gateway-qa"));

const { main } = await import("./child/attempt.ts");
main();
