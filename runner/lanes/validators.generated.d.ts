import type { ValidateFunction } from "ajv";

export const lanes: ValidateFunction;
export const quarantine: ValidateFunction;
