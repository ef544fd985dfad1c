import { join } from "node:path";
import { RunAggregate } from "../aggregate.ts";
import type { Reporter } from "../bus.ts";
import { replaceFile } from "../replace-file.ts";

/** Writes `<folder>/report.md` for people when the run ends. */
export function markdownReporter(folder: string): Reporter {
  const run = new RunAggregate();
  return {
    name: "report.md",
    onEvent: (event) => run.apply(event),
    async finish() {
      if (!run.started) return;
      const { renderMarkdown } = await import("./render.ts");
      await replaceFile(join(folder, "report.md"), renderMarkdown(run.report()));
    },
  };
}
