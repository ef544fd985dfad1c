const { enableCompileCache } = require("node:module");
const { join } = require("node:path");
const { pathToFileURL } = require("node:url");

// CommonJS, and what it loads only now: a process is started for every attempt, and its start is to cost little.
enableCompileCache(join(__dirname, "../../../node_modules/.cache/gateway-qa"));

const [, , program = ""] = process.argv;
if (program.endsWith(".cjs")) require(program).main();
else import(pathToFileURL(program).href).then(({ main }) => main());
