import { UsageError } from "../../base/errors.ts";
import { JsonFormat } from "../../base/json-format.ts";
import { type ExpectedJob, expectedMatrixSchema, MATRIX_VERSION } from "./matrix-schema.ts";

const FORMAT = new JsonFormat<{ jobs: ExpectedJob[] }>({
  what: "a matrix",
  version: MATRIX_VERSION,
  schema: expectedMatrixSchema,
});

/**
 * Reads the jobs that `qa matrix --format json` planned.
 * @throws UsageError for a file that cannot be read, is not a matrix, or names two jobs the same
 */
export async function readMatrix(path: string): Promise<ExpectedJob[]> {
  const hint = "Give --expect what `qa matrix --format json` printed.";
  const reading = await FORMAT.read(path);
  if ("problem" in reading) {
    throw new UsageError(`the matrix ${path} cannot be read: ${reading.problem}`, hint);
  }
  const { jobs } = reading.value;
  const names = jobs.map(({ name }) => name);
  const twice = names.find((name, index) => names.indexOf(name) !== index);
  if (twice !== undefined) throw new UsageError(`${path} names two jobs ${twice}`, hint);
  return jobs;
}
