/**
 * Opens a report in the folder given as argument, emits the first events of a run and hangs, for a test
 * that kills it.
 */
import { openReport } from "../open.ts";
import { sampleRun } from "./sample-run.ts";

const [, , folder = ""] = process.argv;
const report = openReport({
  folder,
  console: { stream: process.stdout, env: process.env, cwd: process.cwd() },
  redact: (value) => value,
});
for (const event of sampleRun().slice(0, Number(process.argv[3]))) report.emit(event);
setInterval(() => {}, 60_000);
