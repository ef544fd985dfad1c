import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { validatorsModuleText } from "./schema/compile-validators.ts";
import { scenarioJsonSchemaText } from "./schema/schema.ts";

const REPO_ROOT = join(import.meta.dirname, "..", "..");

describe("generated files are fresh (`pnpm generate` writes them)", () => {
  it("qa/scenario.schema.json", () => {
    expect(readFileSync(join(REPO_ROOT, "qa", "scenario.schema.json"), "utf8")).toBe(
      scenarioJsonSchemaText(),
    );
  });

  it("validators.generated.js", async () => {
    const text = readFileSync(join(import.meta.dirname, "schema", "validators.generated.js"), "utf8");
    expect(text === (await validatorsModuleText())).toBe(true);
  });
});
