import type { FromSchema } from "json-schema-to-ts";
import { UsageError } from "../../base/errors.ts";
import { JsonFormat } from "../../base/json-format.ts";

/** Goes up with every change that could break a reader of a matrix. */
export const MATRIX_VERSION = 2;

const text = { type: "string" } as const;
const ordinal = { type: "integer", minimum: 1 } as const;

/** The part of a matrix that a merge reads; there may be more. */
const matrixSchema = {
  type: "object",
  required: ["version", "jobs"],
  properties: {
    version: { const: MATRIX_VERSION },
    jobs: {
      type: "array",
      minItems: 1,
      items: {
        type: "object",
        required: ["name", "lane", "gateway", "os", "shard"],
        properties: {
          name: text,
          lane: text,
          gateway: text,
          os: text,
          shard: {
            type: "object",
            required: ["index", "total"],
            properties: { index: ordinal, total: ordinal },
          },
          selection: { type: "array", items: text },
          mayFail: { type: "boolean" },
          skip: { type: "object", required: ["reason"], properties: { reason: text } },
        },
      },
    },
  },
} as const;

/** A job whose report is expected; with `skip`, one that must not have run, and why. */
export type ExpectedJob = ExpectedMatrix["jobs"][number];

type ExpectedMatrix = FromSchema<typeof matrixSchema>;

const FORMAT = new JsonFormat<ExpectedMatrix>({
  what: "a matrix",
  version: MATRIX_VERSION,
  schema: matrixSchema,
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
