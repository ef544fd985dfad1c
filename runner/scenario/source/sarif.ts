import { relative, resolve, sep } from "node:path";
import { pathToFileURL } from "node:url";
import { withoutUndefined } from "../../base/json.ts";
import { isWithin } from "../../base/paths.ts";
import type { Diagnostic } from "./diagnostic.ts";

/** Where the root of the repository is called that; a service that shows findings puts its checkout in its place. */
const ROOT_NAME = "%SRCROOT%";

export interface SarifOptions {
  tool: { name: string; version: string };
  /** Absolute folder that the diagnostics' file names are relative to. */
  cwd: string;
  /** Absolute; paths below it are written relative to it. */
  root: string;
  /** What each code means, in a sentence. */
  meanings: Readonly<Record<string, string>>;
}

/** Diagnostics in the Static Analysis Results Interchange Format 2.1.0, as services for code scanning read it. */
export function toSarif(
  diagnostics: readonly Diagnostic[],
  { tool, cwd, root, meanings }: SarifOptions,
): object {
  const codes = [...new Set(diagnostics.map(({ code }) => code))].sort();
  const location = (file: string) => {
    const path = resolve(cwd, file);
    return isWithin(path, root)
      ? { uri: relative(root, path).split(sep).map(encodeURIComponent).join("/"), uriBaseId: ROOT_NAME }
      : { uri: pathToFileURL(path).href };
  };
  const results = diagnostics.map(({ code, severity, message, hint, file, fix, ...place }) => {
    const artifactLocation = location(file);
    return withoutUndefined({
      ruleId: code,
      ruleIndex: codes.indexOf(code),
      level: severity,
      message: { text: hint ? `${message}. ${hint}` : message },
      locations: [{ physicalLocation: { artifactLocation, region: regionOf(place) } }],
      fixes: fix && [
        {
          description: { text: `Write ${fix.text}` },
          artifactChanges: [
            {
              artifactLocation,
              replacements: [
                {
                  deletedRegion: {
                    startLine: fix.line,
                    startColumn: fix.column,
                    endLine: fix.line,
                    endColumn: fix.endColumn,
                  },
                  insertedContent: { text: fix.text },
                },
              ],
            },
          ],
        },
      ],
    });
  });
  return {
    $schema: "https://json.schemastore.org/sarif-2.1.0.json",
    version: "2.1.0",
    runs: [
      {
        tool: {
          driver: {
            ...tool,
            rules: codes.map((id) => ({ id, shortDescription: { text: meanings[id] ?? id } })),
          },
        },
        columnKind: "utf16CodeUnits",
        results,
      },
    ],
  };
}

function regionOf({
  line,
  column,
  endLine,
  endColumn,
}: Pick<Diagnostic, "line" | "column" | "endLine" | "endColumn">) {
  const end = endColumn === undefined ? {} : { endLine: endLine ?? line, endColumn };
  return { startLine: line, startColumn: column, ...end };
}
