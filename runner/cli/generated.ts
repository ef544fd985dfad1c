import { actionReference } from "../actions/reference.ts";
import { VOCABULARY } from "../actions/vocabulary.ts";
import { FLOW_DIAGNOSTIC_CODES } from "../flow/codes.ts";
import { LANE_DIAGNOSTIC_CODES } from "../lanes/codes.ts";
import {
  lanesJsonSchemaText,
  lanesSchema,
  quarantineJsonSchemaText,
  quarantineSchema,
} from "../lanes/schema.ts";
import { paritySchemaText } from "../parity/parity-schema.ts";
import { reportSchemaText } from "../report/report-schema.ts";
import { mergedSchemaText } from "../results/merge/merged-schema.ts";
import { DIAGNOSTIC_CODES } from "../scenario/codes.ts";
import { validatorsModuleText } from "../scenario/compile-validators.ts";
import { scenarioJsonSchemaText } from "../scenario/published-schema.ts";

/** Every file that is made from the code's own declarations: path from the repository's root, and text. */
export async function generatedFiles(): Promise<[path: string, text: string][]> {
  return [
    ["docs/actions.md", actionReference(VOCABULARY)],
    [
      "docs/diagnostics.md",
      diagnosticReference({ ...DIAGNOSTIC_CODES, ...FLOW_DIAGNOSTIC_CODES, ...LANE_DIAGNOSTIC_CODES }),
    ],
    ["qa/scenario.schema.json", scenarioJsonSchemaText()],
    ["qa/lanes.schema.json", lanesJsonSchemaText()],
    ["qa/quarantine.schema.json", quarantineJsonSchemaText()],
    [
      "runner/lanes/validators.generated.js",
      await validatorsModuleText(
        { lanes: lanesSchema, quarantine: quarantineSchema },
        "../scenario/formats.ts",
      ),
    ],
    ["runner/scenario/validators.generated.js", await validatorsModuleText()],
    ["runner/report/report.schema.json", reportSchemaText()],
    ["runner/parity/parity.schema.json", paritySchemaText()],
    ["runner/results/merged.schema.json", mergedSchemaText()],
  ];
}

function diagnosticReference(codes: Readonly<Record<string, string>>): string {
  const rows = Object.entries(codes).sort(([a], [b]) => (a < b ? -1 : 1));
  return [
    "# Diagnostics",
    "",
    "What `qa check` finds, by code. Generated from the code's own declarations by `pnpm generate`.",
    "",
    "| code | what it means |",
    "|---|---|",
    ...rows.map(([code, meaning]) => `| \`${code}\` | ${meaning.replaceAll("|", "\\|")} |`),
    "",
  ].join("\n");
}
