import { join } from "node:path";
import type { Reporter } from "../../stream.ts";
import { fileReporter } from "../file-reporter.ts";

/** Writes `<folder>/report.md` for people when the run ends. */
export function markdownReporter(folder: string): Reporter {
  return fileReporter("report.md", join(folder, "report.md"), async (report) => {
    const { renderMarkdown } = await import("./render.ts");
    return renderMarkdown(report);
  });
}
