import { scenarioSchema } from "./schema.ts";

/** Text of `qa/scenario.schema.json`: the schema of the front matter, for editors and other tools. */
export function scenarioJsonSchemaText(): string {
  const { description, ...schema } = scenarioSchema;
  const published = {
    $schema: "http://json-schema.org/draft-07/schema#",
    title: "Gateway QA scenario",
    description,
    ...schema,
  };
  return `${JSON.stringify(published, undefined, 2)}\n`;
}
