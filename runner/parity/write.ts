import { join } from "node:path";
import { replaceFile } from "../base/replace-file.ts";
import type { ParityReport } from "./parity-schema.ts";
import { renderMarkdown } from "./render-markdown.ts";

/** Writes `parity.json` and `parity.md` into a folder that is there. */
export async function writeComparison(report: ParityReport, folder: string): Promise<void> {
  await replaceFile(join(folder, "parity.json"), `${JSON.stringify(report, null, 2)}\n`);
  await replaceFile(join(folder, "parity.md"), renderMarkdown(report));
}
