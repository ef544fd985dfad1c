import { join } from "node:path";
import { replaceFile, replaceJsonFile } from "../base/files.ts";
import type { GatewayRun } from "./gateway-run.ts";
import { changesBetween } from "./page/changes.ts";
import { readFacts } from "./page/facts.ts";
import { renderPage } from "./page/html.ts";
import type { ParityReport } from "./parity-schema.ts";
import { renderMarkdown } from "./render-markdown.ts";

/** Writes `parity.json` and `parity.md` into a folder that is there. */
export async function writeComparison(report: ParityReport, folder: string): Promise<void> {
  await replaceJsonFile(join(folder, "parity.json"), report);
  await replaceFile(join(folder, "parity.md"), renderMarkdown(report));
}

/** Writes `page.html`, about two runs and their evidence, into a folder that is there. @param report their comparison */
export async function writePage(
  report: ParityReport,
  [first, second]: readonly [GatewayRun, GatewayRun],
  folder: string,
): Promise<void> {
  const changes = changesBetween(report, [
    { run: first, facts: await readFacts(first) },
    { run: second, facts: await readFacts(second) },
  ]);
  await replaceFile(join(folder, "page.html"), renderPage(changes));
}
