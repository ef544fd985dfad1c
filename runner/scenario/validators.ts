import { Ajv, type ValidateFunction } from "ajv";
import { modelScriptSchema } from "./model-script-schema.ts";
import { packIndexSchema, scenarioSchema } from "./schema.ts";

const SCHEMAS = {
  scenario: scenarioSchema,
  "pack-index": packIndexSchema,
  "model-script": modelScriptSchema,
};

export type SchemaName = keyof typeof SCHEMAS;

let ajv: Ajv | undefined;
const compiled = new Map<SchemaName, ValidateFunction>();

/** The compiled check of a file format; compiled at first use. */
export function validator(name: SchemaName): ValidateFunction {
  let validate = compiled.get(name);
  if (!validate) {
    ajv ??= createAjv();
    validate = ajv.compile(SCHEMAS[name]);
    compiled.set(name, validate);
  }
  return validate;
}

function createAjv(): Ajv {
  const instance = new Ajv({
    allErrors: true,
    verbose: true,
    allowUnionTypes: true,
    allowMatchingProperties: true,
    // `if` and `anyOf` branches rightly leave the type to the schema around them.
    strictTypes: false,
    validateSchema: false,
    validateFormats: true,
  });
  // Shown by editors and by us instead of the pattern itself.
  instance.addKeyword("patternErrorMessage");
  instance.addFormat("regex", { validate: isRegularExpression });
  return instance;
}

function isRegularExpression(source: string): boolean {
  try {
    new RegExp(source);
    return true;
  } catch {
    return false;
  }
}
