import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { FAULTS } from "../fixtures/gateway/src/base/faults.ts";
import { parameterSchemas } from "../runner/actions/parameter-schemas.ts";
import { actionReference } from "../runner/actions/reference.ts";
import { statementReference } from "../runner/actions/statement-reference.ts";
import { stepsJsonSchemaText } from "../runner/actions/steps-schema.ts";
import { FLOW_API, STATEMENTS } from "../runner/actions/vocabulary.ts";
import { ROOT } from "../runner/base/places.js";
import { compareText } from "../runner/base/text.ts";
import { bisectSchemaText } from "../runner/bisect/bisect-schema.ts";
import { BODY_SCHEMAS } from "../runner/channel/schemas.ts";
import { compatSchemaText } from "../runner/compat/compat-schema.ts";
import { FLOW_DIAGNOSTIC_CODES } from "../runner/flow/codes.ts";
import { LANE_DIAGNOSTIC_CODES } from "../runner/lanes/codes.ts";
import {
  lanesJsonSchemaText,
  lanesSchema,
  quarantineJsonSchemaText,
  quarantineSchema,
} from "../runner/lanes/schema.ts";
import { paritySchemaText } from "../runner/parity/parity-schema.ts";
import { crashSchemaText } from "../runner/prove/crash-schema.ts";
import { mutantsReportSchemaText, mutantsSchemaText } from "../runner/prove/mutants-schema.ts";
import { proveSchemaText } from "../runner/prove/prove-schema.ts";
import { provenSchemaText } from "../runner/prove/proven-schema.ts";
import { vacuousSchemaText } from "../runner/prove/vacuous-schema.ts";
import { rehearseSchemaText } from "../runner/rehearse/rehearse-schema.ts";
import { eventSchemaText } from "../runner/report/schema/events-schema.ts";
import { reportSchemaText } from "../runner/report/schema/report-schema.ts";
import { mergedSchemaText } from "../runner/results/merge/merged-schema.ts";
import { DIAGNOSTIC_CODES } from "../runner/scenario/codes.ts";
import { validatorsModuleText } from "../runner/scenario/schema/compile-validators.ts";
import { scenarioJsonSchemaText } from "../runner/scenario/schema/schema.ts";
import { configReference } from "./config-reference.ts";

/** Every file that is made from the code's own declarations: path from the repository's root, and text. */
export async function generatedFiles(): Promise<[path: string, text: string][]> {
  return [
    ...(await gatewayCopies()),
    ["docs/actions.md", actionReference(FLOW_API)],
    ["docs/statements.md", statementReference(STATEMENTS)],
    ["qa/steps.schema.json", stepsJsonSchemaText(STATEMENTS)],
    ["docs/config-keys.md", configReference()],
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
        "../scenario/schema/parts.ts",
      ),
    ],
    ["runner/actions/validators.generated.js", await actionValidatorsText()],
    [
      "runner/channel/validators.generated.js",
      await validatorsModuleText(BODY_SCHEMAS, undefined, {
        allErrors: false,
        verbose: false,
        discriminator: true,
      }),
    ],
    ["runner/scenario/schema/validators.generated.js", await validatorsModuleText()],
    ["runner/scenario/faults.generated.ts", faultNames()],
    ["runner/actions/gateway/methods.generated.ts", await methodNames()],
    ["runner/report/schema/report.schema.json", reportSchemaText()],
    ["runner/report/schema/events.schema.json", eventSchemaText()],
    ["runner/compat/compat.schema.json", compatSchemaText()],
    ["runner/rehearse/rehearse.schema.json", rehearseSchemaText()],
    ["runner/parity/parity.schema.json", paritySchemaText()],
    ["runner/bisect/bisect.schema.json", bisectSchemaText()],
    ["runner/prove/crash.schema.json", crashSchemaText()],
    ["runner/prove/prove.schema.json", proveSchemaText()],
    ["runner/prove/proven.schema.json", provenSchemaText()],
    ["runner/prove/mutants.schema.json", mutantsSchemaText()],
    ["runner/prove/mutants-report.schema.json", mutantsReportSchemaText()],
    ["runner/prove/vacuous.schema.json", vacuousSchemaText()],
    ["runner/results/merged.schema.json", mergedSchemaText()],
  ];
}

/** For checks that neither build the embedded gateway nor load it. */
function faultNames(): string {
  const names = Object.keys(FAULTS).map((name) => `  "${name}",\n`);
  return `// Made by \`pnpm generate\` from what the embedded gateway declares.\n\n/** The faults that it can be started with. */\nexport const FAULT_NAMES: readonly string[] = [\n${names.join("")}];\n`;
}

/** The methods of the embedded gateway and of the releases that it was compared with, for checks that ask no gateway. */
async function methodNames(): Promise<string> {
  const rows: { name: string }[] = JSON.parse(await readFile(join(ROOT, "docs/fidelity/names.json"), "utf8"));
  const methods = rows.flatMap(({ name }) => (name.startsWith("event ") ? [] : [name]));
  const names = [...new Set(methods)].sort(compareText).map((name) => `  "${name}",\n`);
  return `// Made by \`pnpm generate\` from docs/fidelity/names.json.\n\n/** The methods that the embedded gateway or a release says it has. */\nexport const METHOD_NAMES: readonly string[] = [\n${names.join("")}];\n`;
}

/** Files of the runner's that the gateway has too: it is a package of its own and imports nothing of the runner. */
const SHARED_WITH_GATEWAY = [
  "compiled-code.ts",
  "kept-file.ts",
  "timers.ts",
  ...["encodings.ts", "known.ts", "names.ts", "pairs.ts", "patterns.ts", "secrets.ts", "unseen.ts"].map(
    (file) => `secrets/${file}`,
  ),
];

async function gatewayCopies(): Promise<[path: string, text: string][]> {
  return Promise.all(
    SHARED_WITH_GATEWAY.map(async (file) => {
      const source = `runner/base/${file}`;
      const text = await readFile(join(ROOT, source), "utf8");
      const origin = `// A copy of ${source}, which \`pnpm generate\` makes.\n\n`;
      return [`fixtures/gateway/src/base/${file}`, origin + text];
    }),
  );
}

/** Numbers may be anything that JavaScript calls one, and functions are checked as such. */
async function actionValidatorsText(): Promise<string> {
  const { _ } = await import("ajv");
  return validatorsModuleText(parameterSchemas(), undefined, {
    strictNumbers: false,
    verbose: false,
    messages: false,
    keywords: [
      "opaque",
      "optional",
      "matches",
      "statements",
      "asText",
      "literal",
      "nameOf",
      {
        keyword: "function",
        schemaType: "string",
        error: { message: "must be a function" },
        code: (check) => check.fail(_`typeof ${check.data} != "function"`),
      },
    ],
  });
}

function diagnosticReference(codes: Readonly<Record<string, string>>): string {
  const rows = Object.entries(codes).sort(([a], [b]) => compareText(a, b));
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
