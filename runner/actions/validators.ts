import type { ValidateFunction } from "ajv";
import * as generated from "./validators.generated.js";

const VALIDATORS = new Map<string, ValidateFunction>(Object.entries(generated));

/**
 * The compiled check of an action's parameters; its `errors` hold until the next call.
 * @param path the action's name in flows, for instance `transport.reset`
 * @returns undefined for an action that takes none
 */
export function validatorOf(path: string): ValidateFunction | undefined {
  return VALIDATORS.get(path.replaceAll(".", "_"));
}
