import { enableCompileCache } from "node:module";
import { join } from "node:path";
import { pathToFileURL } from "node:url";

// JavaScript, and what it loads only now: a process is started for every attempt, and its start is to cost little.
enableCompileCache(join(import.meta.dirname, "../../../node_modules/.cache/gateway-qa"));

const [, , program = ""] = process.argv;
const { main } = await import(pathToFileURL(program).href);
main();
