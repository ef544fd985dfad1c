import { formats } from "./formats.ts";
import { modelScriptSchema } from "./model-script-schema.ts";
import { packIndexSchema, scenarioSchema } from "./schema.ts";

const SCHEMAS = { scenario: scenarioSchema, packIndex: packIndexSchema, modelScript: modelScriptSchema };

/** Stands in front of the compiled code, which names these. */
const PROLOGUE = `// Generated from the schemas by \`pnpm generate\`; compiling them at every start would take longer than the checks.
// biome-ignore-all lint: generated
// biome-ignore-all format: generated
// biome-ignore-all assist: generated
import { createRequire } from "node:module";
import { formats } from "./formats.ts";
const require = createRequire(import.meta.url);
`;

/** Text of `validators.generated.js`: the checks of all file formats as plain JavaScript. */
export async function validatorsModuleText(): Promise<string> {
  const { Ajv, _ } = await import("ajv");
  const { default: standalone } = await import("ajv/dist/standalone/index.js");
  const ajv = new Ajv({
    allErrors: true,
    // Errors carry the schema and the value, from which messages and advice are made.
    verbose: true,
    allowUnionTypes: true,
    allowMatchingProperties: true,
    // Branches of `if` and `anyOf` rightly leave the type to the schema around them.
    strictTypes: false,
    formats,
    schemas: Object.entries(SCHEMAS).map(([name, schema]) => ({ $id: name, ...schema })),
    keywords: ["patternErrorMessage"],
    code: { source: true, esm: true, formats: _`formats` },
  });
  const names = Object.fromEntries(Object.keys(SCHEMAS).map((name) => [name, name]));
  return PROLOGUE + standalone.default(ajv, names);
}
