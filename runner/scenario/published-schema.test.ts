import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, it } from "vitest";
import { scenarioJsonSchemaText } from "./published-schema.ts";

it("qa/scenario.schema.json is fresh (`pnpm generate` writes it)", () => {
  const path = join(import.meta.dirname, "..", "..", "qa", "scenario.schema.json");
  expect(readFileSync(path, "utf8")).toBe(scenarioJsonSchemaText());
});
