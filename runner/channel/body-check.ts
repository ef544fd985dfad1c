import type { ValidateFunction } from "ajv";
import { HttpError } from "../http/json.ts";
import type { BodyName } from "./schemas.ts";
import * as generated from "./validators.generated.js";

const VALIDATORS: Readonly<Record<BodyName, ValidateFunction>> = generated;

/** Checks a body against its schema. @throws HttpError 400 naming the member that is wrong */
export function checkBody(name: BodyName, body: unknown): void {
  const validate = VALIDATORS[name];
  if (validate(body)) return;
  const [problem] = validate.errors ?? [];
  const where = problem?.instancePath ? `body${problem.instancePath.replaceAll("/", ".")}` : "body";
  throw new HttpError(400, `invalid request: ${where} ${problem?.message ?? "does not fit"}`);
}
