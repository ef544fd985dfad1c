import { abridge, formatDuration, oneLine, plural, printable } from "../../base/text.ts";
import { chainText, headlineOf } from "../chain-text.ts";
import type { Failure } from "../events.ts";
import type { ScenarioReport } from "../schema/report-schema.ts";
import type { AttemptView, StepView } from "./attempt-view.ts";

/** What can be shown of an attempt besides its steps. */
export type Evidence = "messages" | "model" | "calls" | "config" | "log";

/** A text in a terminal. */
const EXTENT = { lines: 40, characters: 3_000 };

export interface EvidenceOptions {
  /** Only this one; counts from 0. */
  step?: number;
  /** None: the failure and the steps. */
  evidence: readonly Evidence[];
}

/** Lines for a terminal about one attempt at a scenario: the same evidence as on the page. */
export function evidenceLines(
  scenario: Pick<ScenarioReport, "id" | "title" | "verdict" | "rerun" | "failure" | "reason">,
  view: AttemptView,
  { step, evidence }: EvidenceOptions,
): string[] {
  const failure = view.finished?.failure ?? scenario.failure;
  const head = `${scenario.id}: ${view.finished?.verdict ?? scenario.verdict}, ${oneLine(scenario.title)}`;
  const steps = view.steps.filter(({ index }) => step === undefined || index === step);
  if (evidence.length > 0) {
    const shown = (each: Evidence) => {
      const lines = LINES[each](view, step);
      return lines.length > 0 ? [`${each}:`, ...indented(lines)] : [`${each}: nothing`];
    };
    return [head, ...evidence.flatMap((each) => ["", ...shown(each)])];
  }
  return [
    head,
    ...(failure
      ? indented(failureLines(failure))
      : scenario.reason
        ? indented([oneLine(scenario.reason)])
        : []),
    "",
    ...steps.flatMap((each) => stepLines(view, each, step !== undefined || each.status === "failed")),
    "",
    `run again: ${scenario.rerun}`,
  ];
}

function failureLines(failure: Failure): string[] {
  const { message, code, fault, chain, file, position, expected, seen, hint } = failure;
  const headline = headlineOf(failure);
  const place =
    file === undefined ? "" : `, ${file}${position ? `:${position.line}:${position.column}` : ""}`;
  return [
    ...block(headline),
    ...(headline === message ? [] : block(message)),
    `${code}, fault of the ${fault}${place}`,
    ...(chain ? [chainText(chain)] : []),
    ...(expected === undefined ? [] : labelled("expected", expected)),
    ...(seen === undefined ? [] : labelled("seen", seen)),
    ...(hint === undefined ? [] : block(hint)),
  ];
}

function stepLines(view: AttemptView, step: StepView, whole: boolean): string[] {
  const { index, name, status, at, endedAt, statements } = step;
  const took = at === undefined ? "" : ` in ${formatDuration((endedAt ?? view.endedAt) - at)}`;
  const counts = [
    count(view.messages, index, "message"),
    count(view.requests, index, "request to the model"),
    count(view.calls, index, "call"),
    count(view.changes, index, "change of state"),
  ].filter(Boolean);
  const first = `step ${index + 1} ${status.replace("-", " ")}${took}: ${oneLine(name)}`;
  if (!whole) return [first];
  return [
    first,
    ...statements.map((statement) => {
      const { label, line, threw, endedAt: ended, depth } = statement;
      const result = threw ? "✗" : ended === undefined ? "…" : "✓";
      const time = ended === undefined ? "" : `  ${formatDuration(ended - statement.at)}`;
      return `  ${"  ".repeat(depth)}${result} line ${line}: ${oneLine(label)}${time}`;
    }),
    ...(counts.length > 0 ? [`  ${counts.join(", ")}`] : []),
  ];
}

const LINES: Readonly<Record<Evidence, (view: AttemptView, step: number | undefined) => string[]>> = {
  messages: (view, step) =>
    of(view.messages, step).flatMap(({ at, event, sender = "", conversation, text }) => {
      const sign =
        event === "inbound-message" ? "→ gateway" : event === "outbound-message" ? "← gateway" : event;
      return [`${since(view, at)}  ${sign}  ${conversation}  ${oneLine(sender)}:`, ...indented(block(text))];
    }),
  model: (view, step) =>
    of(view.requests, step).flatMap(
      ({ at, request, model, follows, kept, messages, tools, answer, rule, status }) => [
        `${since(view, at)}  request ${request} to ${oneLine(model)}${
          follows === undefined
            ? ""
            : `, goes on from request ${follows} (${plural(kept, "message")} as before)`
        }`,
        ...messages.flatMap(({ role, text }) => indented(labelled(role.replace("-", " "), text))),
        ...(tools ? [`  tools: ${tools.map(oneLine).join(", ")}`] : []),
        ...indented(
          labelled(status ?? "no answer", `${answer ?? ""}${rule === undefined ? "" : `  (${rule})`}`),
        ),
      ],
    ),
  calls: (view, step) =>
    of(view.calls, step).flatMap(({ at, endedAt, method, params, failed, answer, same }) => [
      `${since(view, at)}  ${failed ? "✗" : endedAt === undefined ? "…" : "✓"} ${oneLine(method)} ${params ?? ""}`,
      ...indented(
        same === undefined ? (answer === undefined ? [] : block(answer)) : [`the same as call ${same}`],
      ),
    ]),
  config: (view, step) =>
    of(view.changes, step).map(
      ({ area, path, before, after }) =>
        `${area} ${oneLine(path)}: ${before === undefined ? "" : `${oneLine(before)} → `}${after === undefined ? "gone" : oneLine(after)}`,
    ),
  log: (view, step) => of(view.log, step).map(({ text }) => printable(text)),
};

function of<T extends { step?: number }>(list: readonly T[], step: number | undefined): readonly T[] {
  return step === undefined ? list : list.filter((each) => each.step === step);
}

function count(list: readonly { step?: number }[], step: number, noun: string): string {
  const found = of(list, step).length;
  if (found === 0) return "";
  return found === 1 ? `1 ${noun}` : `${found} ${noun.replace(/^\w+/, "$&s")}`;
}

function since(view: AttemptView, at: number): string {
  return formatDuration(Math.max(0, at - view.at)).padStart(8);
}

function labelled(label: string, text: string): string[] {
  const [first = "", ...rest] = block(text);
  return [`${label}: ${first}`, ...indented(rest)];
}

function block(text: string): string[] {
  return abridge(printable(text), EXTENT).split("\n");
}

function indented(lines: readonly string[]): string[] {
  return lines.map((line) => `  ${line}`);
}
