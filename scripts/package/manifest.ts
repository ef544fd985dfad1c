import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { ROOT } from "../../runner/base/places.js";

/** The oldest Node that runs the package: the oldest 22 that all bundled packages allow. */
export const OLDEST_NODE = "22.22.2";

/** The package.json that is published. Everything is bundled, so it has no dependencies. */
export async function manifestOf(): Promise<object> {
  const { name, version, description, license } = JSON.parse(
    await readFile(join(ROOT, "package.json"), "utf8"),
  );
  return {
    name,
    version,
    description,
    license,
    keywords: ["openclaw", "gateway", "agent", "qa", "plugin", "testing"],
    type: "module",
    engines: { node: `^${OLDEST_NODE} || ^24.15.0 || >=26.0.0` },
    bin: { "gateway-qa": "dist/main.js", qa: "dist/main.js" },
    exports: {
      "./reporter": { types: "./dist/reporter.d.ts", default: "./dist/reporter.js" },
      "./steps": { types: "./dist/steps.d.ts", default: "./dist/steps.js" },
      "./schemas/*": "./schemas/*",
      "./package.json": "./package.json",
    },
    files: ["dist", "docs", "fixtures", "qa", "schemas", "CHANGELOG.md"],
  };
}
