import type { ValidateFunction } from "ajv";

export const scenario: ValidateFunction;
export const packIndex: ValidateFunction;
export const modelScript: ValidateFunction;
