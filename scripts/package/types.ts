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
 * Writes what TypeScript imports of the package, with types that need no other package: `gateway-qa/reporter`, which a user's
 * reporter is written against, and `gateway-qa/steps`, the statements for programs that write scenarios.
 * @param dist absolute folder
 * @throws Error where the reporter's interface is written in a way that this does not know
 */
export async function writeTypes(dist: string): Promise<void> {
  await writeReporterTypes(dist);
  await writeFile(
    join(dist, "steps.d.ts"),
    await typeOf("Step", "qa/steps.schema.json", { additionalProperties: true }),
  );
  await writeFile(join(dist, "steps.js"), "export {};\n");
}

async function writeReporterTypes(dist: string): Promise<void> {
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
  const ofSchemas = await Promise.all(
    // What a later version adds is no member that a reporter may count on.
    Object.entries(SCHEMAS).map(([name, path]) => typeOf(name, path, { additionalProperties: false })),
  );
  await writeFile(join(dist, "reporter.d.ts"), [declared, ...ofSchemas].join("\n"));
  await writeFile(join(dist, "reporter.js"), `export const REPORTER_VERSION = ${REPORTER_VERSION};\n`);
}

/** @param options additionalProperties: what holds where the schema does not say it */
async function typeOf(
  name: string,
  path: string,
  options: { additionalProperties: boolean },
): Promise<string> {
  const { title: _title, ...schema } = JSON.parse(await readFile(join(ROOT, path), "utf8")) as JSONSchema;
  // Otherwise a list of at least one element is a tuple, which no computed list fits.
  return compile(schema, name, { ...options, bannerComment: "", ignoreMinAndMaxItems: true });
}
