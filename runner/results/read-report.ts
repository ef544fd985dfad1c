import type { ErrorObject, ValidateFunction } from "ajv";
import { errorMessage } from "../base/errors.ts";
import { readJsonFile } from "../base/files.ts";
import {
  EARLIER_REPORT_VERSION,
  REPORT_VERSION,
  type RunReport,
  reportSchema,
} from "../report/schema/report-schema.ts";

/** A report, or in words why there is none. */
export type Reading = { report: RunReport } | { problem: string };

/** Reads a report.json and checks it against its schema. Never throws. */
export async function readReport(path: string): Promise<Reading> {
  let value: unknown;
  try {
    value = await readJsonFile(path);
  } catch (error) {
    return { problem: errorMessage(error) };
  }
  return checkReport(value);
}

/** Whether a value is a report of the version that this program writes, or of the one before, which is made into it. */
export async function checkReport(value: unknown): Promise<Reading> {
  if (typeof value !== "object" || value === null || !("version" in value)) {
    return { problem: `it is not a report, and this program reads version ${REPORT_VERSION}` };
  }
  const { version } = value;
  if (version !== REPORT_VERSION && version !== EARLIER_REPORT_VERSION) {
    return {
      problem: `it is a report of version ${version}, and this program reads version ${REPORT_VERSION}`,
    };
  }
  const report: unknown = { ...value, version: REPORT_VERSION };
  const validate = await reportValidator();
  return validate(report) ? { report } : { problem: schemaProblem(validate.errors) };
}

/** The first thing that is wrong, with its place: `scenarios/0/verdict must be …`. */
export function schemaProblem(errors: ErrorObject[] | null | undefined): string {
  const [error] = errors ?? [];
  return `${error?.instancePath.slice(1) || "it"} ${error?.message ?? "does not fit its schema"}`;
}

let validator: Promise<ValidateFunction<RunReport>> | undefined;

function reportValidator(): Promise<ValidateFunction<RunReport>> {
  validator ??= compileSchema<RunReport>(reportSchema);
  return validator;
}

/** Compiles when it is first needed: most commands never do. */
export async function compileSchema<T>(schema: object): Promise<ValidateFunction<T>> {
  const [{ Ajv }, { default: addFormats }] = await Promise.all([import("ajv"), import("ajv-formats")]);
  return addFormats.default(new Ajv({ allErrors: false })).compile<T>(schema);
}
