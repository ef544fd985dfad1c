import { posix } from "node:path";
import { abridge, oneLine, printable, shorten } from "../../../base/text.ts";
import { chainText, headlineOf } from "../../chain-text.ts";
import { placeByPlace } from "../../diff.ts";
import { attemptsNote, excuseFor, type RunFacts } from "../../outcomes.ts";
import type { ScenarioReport } from "../../schema/report-schema.ts";

/** A block is never longer. */
export const LONGEST_BLOCK = 40;
const LONGEST_LINE = 240;
const CHAIN_WIDTH = 160;
/** Of the pieces of evidence, each of which a failure may have. */
const MOST_PIECES = 3;
const INDENT = "  ";

type Failure = NonNullable<ScenarioReport["failure"]>;
type Piece = "stack" | "details" | "values" | "messages" | "log";

/** What explains a failure best, by what its chain is about: the first that there are. */
const TELLING: Readonly<Record<string, readonly Piece[]>> = {
  reply: ["messages", "values", "log", "details", "stack"],
  plugin: ["stack", "log", "details", "values", "messages"],
};
const OTHERWISE: readonly Piece[] = ["values", "details", "stack", "log", "messages"];

/**
 * What somebody needs who is to repair what failed and sees nothing else: headline, place, chain, expected and seen, the
 * evidence that explains most, where the rest is, and the command that runs it again.
 * @param reportFolder as the reader would type it; empty means that paths are relative to it
 * @returns no line for a scenario without a failure, else at most `LONGEST_BLOCK`
 */
export function failureLines(scenario: ScenarioReport, run: RunFacts, reportFolder: string): string[] {
  const { failure, evidence } = scenario.failure
    ? scenario
    : (scenario.attempts.find((attempt) => attempt.failure) ?? scenario);
  if (!failure) return [];
  const path = (of: { path: string }) => posix.join(reportFolder, of.path);
  const [headline = "", ...more] = lines(headlineOf(failure), 3);
  const head = [
    shorten(`${scenario.id}: ${headline}`, LONGEST_LINE),
    ...indented([
      ...more,
      ...place(failure),
      ...(failure.step
        ? [`step ${failure.step.index + 1} of ${scenario.steps.length}: ${failure.step.name}`]
        : []),
      [failure.code, `fault of the ${failure.fault}`, ...notes(scenario, run)].join(", "),
      ...(failure.note ? lines(failure.note, 2) : []),
      ...(failure.headline ? lines(failure.message, 3) : []),
      ...(failure.chain ? chainLines(chainText(failure.chain)) : []),
      ...(failure.codeFrame ? lines(failure.codeFrame.trimEnd(), 5) : []),
      ...difference(failure),
    ]),
  ];
  const tail = [
    ...(failure.hint ? indented([`hint: ${oneLine(failure.hint)}`]) : []),
    // Paths and commands are copied: nothing is left out of them.
    ...(evidence.length > 0 ? [`${INDENT}more: ${evidence.map(path).join(" ")}`] : []),
    `${INDENT}run again: ${scenario.rerun}`,
  ];
  const room = LONGEST_BLOCK - head.length - tail.length;
  return [...head, ...indented(pieces(failure, room)), ...tail];
}

function place({ file, position, statement }: Failure): string[] {
  const where = file && position ? `${file}:${position.line}` : file;
  return where || statement ? [[where, statement].filter(Boolean).join("  ")] : [];
}

function notes(scenario: ScenarioReport, run: RunFacts): string[] {
  const attempts = attemptsNote(scenario, run);
  const excuse = excuseFor(scenario, run);
  return [...(attempts ? [attempts] : []), ...(excuse ? [`in quarantine until ${excuse.expires}`] : [])];
}

/** Expected and seen are told place by place where both are. */
function difference({ expected, seen }: Failure): string[] {
  const diff = placeByPlace(expected, seen);
  if (diff !== undefined) return labelled("diff (- expected, + seen)", lines(diff, 8));
  return [
    ...(expected ? labelled("expected", lines(expected, 4)) : []),
    ...(seen ? labelled("seen", lines(seen, 4)) : []),
  ];
}

/** @param room lines that may be used */
function pieces(failure: Failure, room: number): string[] {
  const found = (TELLING[failure.chain?.name ?? ""] ?? OTHERWISE)
    .map((piece) => ({ piece, content: contentOf(piece, failure) }))
    .filter(({ content }) => content.length > 0)
    .slice(0, MOST_PIECES);
  let left = room;
  return found.flatMap(({ piece, content }, index) => {
    const share = Math.floor(left / (found.length - index));
    // The label needs a line of its own.
    if (share < 2) return [];
    // What came last explains a failure; of a stack or a value it is what comes first.
    const shown = LATEST.has(piece) ? content.slice(1 - share) : content.slice(0, share - 1);
    const hidden = content.length - shown.length;
    const count =
      hidden > 0
        ? ` (${LATEST.has(piece) ? "last" : "first"} ${shown.length} of ${content.length} lines)`
        : "";
    left -= shown.length + 1;
    return [`${piece}${count}:`, ...shown.map((line) => `${INDENT}${line}`)];
  });
}

const LATEST: ReadonlySet<Piece> = new Set(["messages", "log"]);

function contentOf(piece: Piece, failure: Failure): string[] {
  switch (piece) {
    case "stack": {
      const stack = (failure.stack ?? []).map(oneLine);
      const { file = "", position } = failure;
      // It would only repeat the place.
      return stack.every((frame) => position && frame.includes(`${file}:${position.line}`)) ? [] : stack;
    }
    case "details":
      return failure.details ? lines(failure.details, 12) : [];
    case "values":
      return (failure.values ?? []).flatMap(({ expression, value }) =>
        lines(`${oneLine(expression)} = ${value}`, 4),
      );
    case "messages":
      return (failure.messages ?? []).map(oneLine);
    case "log":
      return (failure.logLines ?? []).map(oneLine);
  }
}

/** At most `most` of them. */
function lines(text: string, most: number): string[] {
  const clean = printable(text).trimEnd();
  const tooMany = clean.split("\n").length > most;
  return abridge(clean, { lines: tooMany ? most - 1 : most, characters: LONGEST_LINE * most }).split("\n");
}

/** A chain is told up to its first missing link, which must not be cut off. */
function chainLines(text: string): string[] {
  const links = text.split(" → ");
  const wrapped: string[] = [];
  for (const link of links) {
    const last = wrapped.at(-1);
    if (last !== undefined && last.length + link.length + 3 <= CHAIN_WIDTH)
      wrapped[wrapped.length - 1] = `${last} → ${link}`;
    else wrapped.push(last === undefined ? `chain: ${link}` : `  → ${link}`);
  }
  return wrapped.length <= 4 ? wrapped : [wrapped[0] ?? "", "  …", ...wrapped.slice(-2)];
}

function labelled(label: string, content: readonly string[]): string[] {
  const [only = ""] = content;
  if (content.length === 1) return [`${label}: ${only}`];
  return [`${label}:`, ...content.map((line) => `${INDENT}${line}`)];
}

function indented(content: readonly string[]): string[] {
  return content.map((line) => `${INDENT}${shorten(printable(line), LONGEST_LINE)}`.trimEnd());
}
