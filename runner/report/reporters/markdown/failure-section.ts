import { chainText } from "../../chain-text.ts";
import { placeByPlace } from "../../diff.ts";
import type { ScenarioReport } from "../../schema/report-schema.ts";
import { codeBlock, codeSpan, escapeText } from "./escape.ts";

type Failure = NonNullable<ScenarioReport["failure"]>;

/** Why a scenario failed, most telling first, and what to do about it. */
export function failureParts({ failure, rerun, steps }: ScenarioReport): string[] {
  if (!failure) return [];
  return [
    "### What went wrong",
    ...failureFacts(failure, steps.length),
    "### What to do",
    ...(failure.hint ? [escapeText(failure.hint)] : []),
    "Run it again:",
    codeBlock(rerun, "sh"),
  ];
}

/** @param steps number of steps of the scenario */
export function failureFacts(failure: Failure, steps: number): string[] {
  const {
    headline,
    note,
    message,
    chain,
    codeFrame,
    expected,
    seen,
    values,
    stack,
    details,
    messages,
    logLines,
  } = failure;
  const diff = placeByPlace(expected, seen);
  return [
    codeBlock([headline ?? message, note, headline && message].filter(Boolean).join("\n"), "text"),
    ...(chain ? [`**How far it came**: ${codeSpan(chainText(chain))}`] : []),
    where(failure, steps),
    ...(codeFrame ? [codeBlock(codeFrame)] : []),
    ...(diff === undefined
      ? [...block("Expected", expected), ...block("Seen", seen)]
      : ["**Expected (-) and seen (+)**", codeBlock(diff, "diff")]),
    ...block("Values", values?.map(({ expression, value }) => `${expression} = ${value}`).join("\n")),
    ...block("Stack", stack?.join("\n")),
    ...block("Details", details),
    ...block("Last messages", messages?.join("\n")),
    ...block("Log", logLines?.join("\n")),
  ];
}

function where({ code, fault, file, position, step, statement }: Failure, steps: number): string {
  const place = position ? `${file ?? ""}:${position.line}:${position.column}` : (file ?? "");
  return [
    ...(step ? [`Step ${step.index + 1} of ${steps}, ${escapeText(step.name)}`] : []),
    ...(place !== "" ? [codeSpan(place)] : []),
    ...(statement ? [codeSpan(statement)] : []),
    `${codeSpan(code)}, fault of the ${fault}`,
  ].join(" · ");
}

function block(label: string, text: string | undefined): string[] {
  return text ? [`**${label}**`, codeBlock(text, "text")] : [];
}
