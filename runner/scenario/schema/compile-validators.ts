import type { Options } from "ajv";
import { modelScriptSchema } from "./model-script-schema.ts";
import { formats } from "./parts.ts";
import { packIndexSchema, scenarioSchema } from "./schema.ts";

const SCHEMAS = { scenario: scenarioSchema, packIndex: packIndexSchema, modelScript: modelScriptSchema };

/** Stands in front of the compiled code, which names these. */
const PROLOGUE = `// Generated from the schemas by \`pnpm generate\`; compiling them at every start would take longer than the checks.
// biome-ignore-all lint: generated
// biome-ignore-all format: generated
// biome-ignore-all assist: generated
import { createRequire } from "node:module";
const require = createRequire(import.meta.url);
`;

/**
 * Text of a `validators.generated.js`: the checks of file formats as plain JavaScript, one export each.
 * @param schemas by the name of the export; by default those of scenario files
 * @param formatsFrom where the module finds `parts.ts`, if its schemas need it
 * @param options of the checks, beside those that are the same for all
 */
export async function validatorsModuleText(
  schemas: Readonly<Record<string, object>> = SCHEMAS,
  formatsFrom = "./parts.ts",
  options: Options = {},
): Promise<string> {
  const { Ajv, _ } = await import("ajv");
  const { default: standalone } = await import("ajv/dist/standalone/index.js");
  const ajv = new Ajv({
    allErrors: true,
    // Errors carry the schema and the value, from which messages and advice are made.
    verbose: true,
    allowUnionTypes: true,
    allowMatchingProperties: true,
    // Branches of `if` and `anyOf` leave the type to the schema around them.
    strictTypes: false,
    formats,
    schemas: Object.entries(schemas).map(([name, schema]) => ({ $id: name, ...schema })),
    ...options,
    keywords: ["patternErrorMessage", ...(options.keywords ?? [])],
    code: { source: true, esm: true, formats: _`formats` },
  });
  const names = Object.fromEntries(Object.keys(schemas).map((name) => [name, name]));
  const code = standalone.default(ajv, names);
  const imports = code.includes("formats") ? `import { formats } from "${formatsFrom}";\n` : "";
  return PROLOGUE + imports + code;
}
