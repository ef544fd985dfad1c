const { enableCompileCache, flushCompileCache } = require("node:module");
const { join } = require("node:path");

// The start of an attempt's process where its program could not be bundled: the modules of the source, one by one.
enableCompileCache(join(__dirname, "../../../../node_modules/.cache/gateway-qa"));
import("./attempt.ts").then(({ main }) => main(flushCompileCache));
