import type { ValidateFunction } from "ajv";
import { modelScript, packIndex, scenario } from "./validators.generated.js";

const VALIDATORS = { scenario, "pack-index": packIndex, "model-script": modelScript };

export type SchemaName = keyof typeof VALIDATORS;

/** The compiled check of a file format; its `errors` hold until the next call. */
export function validator(name: SchemaName): ValidateFunction {
  return VALIDATORS[name];
}
