import { replaceFile } from "../../base/files.ts";
import { RunAggregate } from "../run-state.ts";
import type { RunReport } from "../schema/report-schema.ts";
import type { Reporter } from "../stream.ts";

/**
 * Writes one file when the run ends, made of the run's report. Of a run that is killed there is no such
 * file: report.json and events.jsonl are the ones that are kept up to date.
 * @param path absolute; its folder exists
 */
export function fileReporter(
  name: string,
  path: string,
  render: (report: RunReport) => string | Promise<string>,
): Reporter {
  const run = new RunAggregate();
  return {
    name,
    onEvent: (event) => run.apply(event),
    async finish() {
      if (!run.started) return;
      await replaceFile(path, await render(run.report()));
    },
  };
}
