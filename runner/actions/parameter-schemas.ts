import { mayBeLeftOut } from "../flow/arguments.ts";
import type { ValueSchema } from "../flow/vocabulary.ts";
import { functionsIn } from "../flow/vocabulary-lookup.ts";
import { FLOW_API, STATEMENTS } from "./vocabulary.ts";

/** The schema of each action's parameters, by the name of its compiled check. */
export function parameterSchemas(): Record<string, ValueSchema> {
  const schemas: Record<string, ValueSchema> = {};
  const statements = Object.entries(STATEMENTS);
  for (const [path, { params }] of [...functionsIn(FLOW_API), ...statements]) {
    const required = Object.keys(params).filter((name) => !mayBeLeftOut(params[name]));
    if (Object.keys(params).length === 0) continue;
    const checked = Object.entries(params).map(([name, { known, names, ...schema }]) => [name, schema]);
    schemas[path.replaceAll(".", "_")] = {
      type: "object",
      properties: Object.fromEntries(checked),
      required,
    };
  }
  return schemas;
}
