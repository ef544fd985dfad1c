import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";
import { generatedFiles } from "../scripts/generated.ts";
import { ROOT } from "./testing/qa.ts";

test.for(await generatedFiles())("%s is what `pnpm generate` writes", async ([path, text]) => {
  expect(await readFile(join(ROOT, path), "utf8")).toBe(text);
});
