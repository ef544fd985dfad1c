import { JsonFormat } from "../base/json-format.ts";
import {
  EARLIER_REPORT_VERSION,
  REPORT_VERSION,
  type RunReport,
  reportSchema,
} from "./schema/report-schema.ts";

/** A report, or in words why there is none. */
export type Reading = { report: RunReport } | { problem: string };

const FORMAT = new JsonFormat<RunReport>({
  what: "a report",
  version: REPORT_VERSION,
  earlier: EARLIER_REPORT_VERSION,
  schema: reportSchema,
});

/** Reads a report.json and checks it against its schema. Never throws. */
export async function readReport(path: string): Promise<Reading> {
  const reading = await FORMAT.read(path);
  return "value" in reading ? { report: reading.value } : reading;
}

/** Whether a value is a report of the version that this program writes, or of the one before, which is converted. */
export async function checkReport(value: unknown): Promise<Reading> {
  const reading = await FORMAT.check(value);
  return "value" in reading ? { report: reading.value } : reading;
}
