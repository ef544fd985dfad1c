import { posix } from "node:path";
import { abridge, type Extent, oneLine, printable } from "../../../base/text.ts";
import { chainText, headlineOf } from "../../chain-text.ts";
import { placeByPlace } from "../../diff.ts";
import type { AttemptReport, ScenarioReport } from "../../schema/report-schema.ts";
import type { Paint } from "./style.ts";

const INDENT = "    ";
const LABEL_WIDTH = 10;
/** More than this is in the report; on the console it would push the message out of sight. */
const LONGEST_LIST = 20;
const ON_CONSOLE: Extent = { lines: 40, characters: 4_000 };
/** Of what is read first. */
const FIRST_LINES: Extent = { lines: 12, characters: 800 };
const WHOLE: Extent = { lines: Number.POSITIVE_INFINITY, characters: Number.POSITIVE_INFINITY };

type Failure = NonNullable<ScenarioReport["failure"]>;

/**
 * Everything that helps to understand a failure without running it again, most telling first.
 * @param reportFolder as the user would type it
 * @param extent of each part
 */
export function failureBlock(
  scenario: ScenarioReport,
  reportFolder: string,
  paint: Paint,
  extent: Extent = ON_CONSOLE,
): string[] {
  const { failure } = scenario;
  if (!failure) return [];
  const section = (label: string, lines: readonly string[]) => labelled(label, lines, paint);
  const lines = (text: string | undefined, most = extent) =>
    text ? printable(abridge(text, most)).split("\n") : [];
  const first = extent === WHOLE ? WHOLE : FIRST_LINES;
  const diff = placeByPlace(failure.expected, failure.seen);
  return [
    ...indent(lines(headlineOf(failure), first).map((line) => paint(["bold", "red"], line))),
    ...indent(lines(failure.note, first)),
    ...indent(failure.headline ? lines(failure.message, first) : []),
    ...indent(failure.chain ? lines(chainText(failure.chain)) : []),
    ...indent([paint("dim", blame(failure)), ...whereabouts(failure, scenario.steps.length)]),
    ...indent(failure.codeFrame ? ["", ...lines(failure.codeFrame.trimEnd())] : []),
    "",
    ...(diff === undefined
      ? [...section("expected", lines(failure.expected)), ...section("seen", lines(failure.seen))]
      : section("diff", ["- expected, + seen", ...lines(diff)])),
    ...section(
      "values",
      (failure.values ?? []).flatMap((each) => lines(valueText(each))),
    ),
    ...section("stack", stack(failure)),
    ...section("details", lines(failure.details)),
    ...section("messages", latest(failure.messages, lines)),
    ...section("log", latest(failure.logLines, lines)),
    ...section("hint", lines(failure.hint)),
    ...section(
      "evidence",
      scenario.evidence.map(({ path }) => posix.join(reportFolder, path)),
    ),
    ...section("rerun", [paint("bold", scenario.rerun)]),
  ];
}

/** `qa/scenarios/config/x.md:41:9` as far as it is known. */
export function location({ file, position }: Failure): string | undefined {
  if (!file) return undefined;
  return position ? `${file}:${position.line}:${position.column}` : file;
}

function blame({ code, fault }: Failure): string {
  return `${code}, fault of the ${fault}`;
}

function whereabouts(failure: Failure, steps: number): string[] {
  const { step, statement } = failure;
  const place = [location(failure) ?? "", oneLine(statement ?? "")].filter((part) => part !== "").join("  ");
  const inStep = step ? `step ${step.index + 1} of ${steps}: ${oneLine(step.name)}` : "";
  return [inStep, place].filter((line) => line !== "");
}

function valueText({ expression, value }: NonNullable<Failure["values"]>[number]): string {
  return `${oneLine(expression)} = ${value}`;
}

/** Left out where it would only repeat the location. */
function stack(failure: Failure): string[] {
  const frames = (failure.stack ?? []).map(oneLine);
  const place = location(failure);
  return place !== undefined && frames.every((frame) => frame.includes(place)) ? [] : frames;
}

function latest(entries: readonly string[] = [], lines: (text: string) => string[]): string[] {
  const hidden = entries.length - LONGEST_LIST;
  const shown = entries.slice(-LONGEST_LIST).flatMap((entry) => lines(entry.trimEnd()));
  return hidden > 0 ? [`… ${hidden} earlier in report.md`, ...shown] : shown;
}

function labelled(label: string, content: readonly string[], paint: Paint): string[] {
  const margin = " ".repeat(LABEL_WIDTH);
  return content.map((line, index) => {
    const head = index === 0 ? paint("dim", label.padEnd(LABEL_WIDTH)) : margin;
    return `${INDENT}${head}${line}`.trimEnd();
  });
}

function indent(content: readonly string[]): string[] {
  return content.map((line) => `${INDENT}${line}`.trimEnd());
}

/**
 * A failure as plain text, with all that helps to understand it; paths of evidence are relative to the
 * report's folder.
 * @param attempt the one to describe; default is the one that decided
 */
export function failureText(
  scenario: ScenarioReport,
  { failure, evidence }: Pick<AttemptReport, "failure" | "evidence"> = scenario,
): string {
  const lines = failureBlock({ ...scenario, failure, evidence }, "", (_format, text) => text, WHOLE);
  return lines
    .map((line) => line.replace(/^ {4}/, ""))
    .join("\n")
    .trim();
}
