import type { ErrorObject, ValidateFunction } from "ajv";
import { errorMessage } from "./errors.ts";
import { readJsonFile } from "./files.ts";

/** What was read, or in words why it was not. */
export type Reading<T> = { value: T } | { problem: string };

export interface JsonFormatOptions {
  /** What a file of this format holds, such as `a report`. */
  what: string;
  /** What `version` must be. */
  version: number;
  schema: object;
  /** An earlier version that is read as well. */
  earlier?: number;
}

/** A format of JSON files that this program writes and reads again: the one way in which they are read. */
export class JsonFormat<T> {
  readonly #options: JsonFormatOptions;
  #validator: Promise<ValidateFunction<T>> | undefined;

  constructor(options: JsonFormatOptions) {
    this.#options = options;
  }

  /** Reads a file and checks its version and shape. Never throws. */
  async read(path: string): Promise<Reading<T>> {
    let value: unknown;
    try {
      value = await readJsonFile(path);
    } catch (error) {
      return { problem: errorMessage(error) };
    }
    return this.check(value);
  }

  /** Checks the version and shape of a value; one of the earlier version is made into one of this version. */
  async check(value: unknown): Promise<Reading<T>> {
    const { what, version, earlier, schema } = this.#options;
    const reads = `and this program reads version ${version}`;
    if (typeof value !== "object" || value === null || !("version" in value)) {
      return { problem: `it is not ${what}, ${reads}` };
    }
    if (value.version !== version && (earlier === undefined || value.version !== earlier)) {
      return { problem: `it is ${what} of version ${value.version}, ${reads}` };
    }
    this.#validator ??= compileSchema<T>(schema);
    const validate = await this.#validator;
    const current: unknown = { ...value, version };
    return validate(current) ? { value: current } : { problem: schemaProblem(validate.errors) };
  }
}

/** Compiles a JSON schema when it is first needed: most commands never do. */
export async function compileSchema<T>(schema: object): Promise<ValidateFunction<T>> {
  // In a bundle what is CommonJS has no names but its default.
  const [{ default: ajv }, { default: addFormats }] = await Promise.all([
    import("ajv"),
    import("ajv-formats"),
  ]);
  return addFormats.default(new ajv.Ajv({ allErrors: false, allowUnionTypes: true })).compile<T>(schema);
}

/** The first thing that is wrong, with its place: `scenarios/0/verdict must be …`. */
function schemaProblem(errors: ErrorObject[] | null | undefined): string {
  const [error] = errors ?? [];
  return `${error?.instancePath.slice(1) || "it"} ${error?.message ?? "does not fit its schema"}`;
}
