import type { ValidateFunction } from "ajv";
import { HttpError } from "../http/json.ts";
import { BODY_SCHEMAS, type BodyName } from "./schemas.ts";

/** Checks bodies against their schemas; ajv is loaded and each schema compiled at first need. */
export class BodyChecker {
  readonly #validators = new Map<BodyName, ValidateFunction>();
  #ajv: Promise<{ compile(schema: object): ValidateFunction }> | undefined;

  /** @throws HttpError 400 naming the member that is wrong */
  async check(name: BodyName, body: unknown): Promise<void> {
    const validate = this.#validators.get(name) ?? (await this.#compile(name));
    if (validate(body)) return;
    const [problem] = validate.errors ?? [];
    const where = problem?.instancePath ? `body${problem.instancePath.replaceAll("/", ".")}` : "body";
    throw new HttpError(400, `invalid request: ${where} ${problem?.message ?? "does not fit"}`);
  }

  async #compile(name: BodyName): Promise<ValidateFunction> {
    this.#ajv ??= import("ajv").then(({ Ajv }) => new Ajv({ discriminator: true, strict: true }));
    const validate = (await this.#ajv).compile(BODY_SCHEMAS[name]);
    this.#validators.set(name, validate);
    return validate;
  }
}
