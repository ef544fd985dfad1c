import type { ValidateFunction } from "ajv";

export const none: ValidateFunction;
export const inbound: ValidateFunction;
export const outbound: ValidateFunction;
export const thread: ValidateFunction;
export const react: ValidateFunction;
export const edit: ValidateFunction;
export const message: ValidateFunction;
export const search: ValidateFunction;
export const poll: ValidateFunction;
export const wait: ValidateFunction;
