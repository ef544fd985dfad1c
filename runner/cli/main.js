#!/usr/bin/env node
import { enableCompileCache } from "node:module";
import { join } from "node:path";

// Stripping types and compiling a few hundred modules costs more than most commands: keep the results.
// This file is JavaScript because Node strips the types of its entry before any cache can be switched on.
enableCompileCache(join(import.meta.dirname, "../../node_modules/.cache/gateway-qa"));

const { runCli } = await import("./program.ts");
const exitCode = await runCli(process.argv.slice(2));
// A failure to write the output may have set it in the meantime.
process.exitCode ||= exitCode;
