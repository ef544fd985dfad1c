import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { ROOT } from "../runner/base/places.js";
import { generatedFiles } from "./generated.ts";

// `pnpm generate`: writes every file that is made from the code's own declarations.
for (const [path, text] of await generatedFiles()) {
  await writeFile(join(ROOT, path), text);
  process.stdout.write(`${path}\n`);
}
