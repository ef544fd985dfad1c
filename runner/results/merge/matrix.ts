import type { FromSchema } from "json-schema-to-ts";
import { errorMessage, UsageError } from "../../base/errors.ts";
import { readJsonFile } from "../../base/files.ts";
import { compileSchema, schemaProblem } from "../read-report.ts";

const text = { type: "string" } as const;
const ordinal = { type: "integer", minimum: 1 } as const;

/** What a merge reads of a matrix; it may say more. */
const matrixSchema = {
  type: "object",
  required: ["version", "jobs"],
  properties: {
    version: { const: 1 },
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
export type ExpectedJob = FromSchema<typeof matrixSchema>["jobs"][number];

/**
 * Reads the jobs that `qa matrix --format json` planned.
 * @throws UsageError for a file that cannot be read, is no matrix, or names two jobs the same
 */
export async function readMatrix(path: string): Promise<ExpectedJob[]> {
  const hint = "Give --expect what `qa matrix --format json` printed.";
  let value: unknown;
  try {
    value = await readJsonFile(path);
  } catch (error) {
    throw new UsageError(`the matrix ${path} cannot be read: ${errorMessage(error)}`, hint);
  }
  const validate = await compileSchema<FromSchema<typeof matrixSchema>>(matrixSchema);
  if (!validate(value)) {
    throw new UsageError(`${path} is no matrix: ${schemaProblem(validate.errors)}`, hint);
  }
  const names = value.jobs.map(({ name }) => name);
  const twice = names.find((name, index) => names.indexOf(name) !== index);
  if (twice !== undefined) throw new UsageError(`${path} names two jobs ${twice}`, hint);
  return value.jobs;
}
