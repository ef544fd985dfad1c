import { join } from "node:path";
import { replaceFile, replaceJsonFile } from "../base/files.ts";
import type { ParityReport } from "./parity-schema.ts";
import { renderMarkdown } from "./render-markdown.ts";

/** Writes `parity.json` and `parity.md` into a folder that is there. */
export async function writeComparison(report: ParityReport, folder: string): Promise<void> {
  await replaceJsonFile(join(folder, "parity.json"), report);
  await replaceFile(join(folder, "parity.md"), renderMarkdown(report));
}
