import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { compile, type JSONSchema } from "json-schema-to-typescript";
import { ROOT } from "../../runner/base/places.js";
import { REPORTER_VERSION } from "../../runner/report/reporters/custom/interface.ts";

const INTERFACE = join(ROOT, "runner/report/reporters/custom/interface.ts");
const SCHEMAS: Readonly<Record<string, string>> = {
  RunEvent: "runner/report/schema/events.schema.json",
  RunReport: "runner/report/schema/report.schema.json",
};

/**
 * Writes `gateway-qa/reporter`: what a user's reporter is written against, with types that need no other package.
 * @param dist absolute folder
 * @throws Error where the interface is written in a way that this does not know
 */
export async function writeReporterTypes(dist: string): Promise<void> {
  const source = await readFile(INTERFACE, "utf8");
  const declared = source
    .slice(source.indexOf("/** "))
    .replace(
      `const REPORTER_VERSION = ${REPORTER_VERSION};`,
      `declare const REPORTER_VERSION: ${REPORTER_VERSION};`,
    );
  if (/^import /m.test(declared) || !declared.includes("declare const")) {
    throw new Error(`${INTERFACE} has an import or a value that its declarations cannot have`);
  }
  const ofSchemas = await Promise.all(Object.entries(SCHEMAS).map(([name, path]) => typeOf(name, path)));
  await writeFile(join(dist, "reporter.d.ts"), [declared, ...ofSchemas].join("\n"));
  await writeFile(join(dist, "reporter.js"), `export const REPORTER_VERSION = ${REPORTER_VERSION};\n`);
}

async function typeOf(name: string, path: string): Promise<string> {
  const { title: _title, ...schema } = JSON.parse(await readFile(join(ROOT, path), "utf8")) as JSONSchema;
  return compile(schema, name, { bannerComment: "", additionalProperties: false });
}
