import { suggestion } from "../../base/suggest.ts";
import type { Diagnostics } from "../../scenario/source/diagnostic.ts";
import { signature } from "../arguments.ts";
import type { FlowDiagnosticCode } from "../codes.ts";
import type { FunctionEntry, Vocabulary } from "../vocabulary.ts";
import { lookupPath } from "../vocabulary-lookup.ts";
import type { ResultUse } from "./result-use.ts";
import type { Use } from "./use.ts";

/**
 * Checks members, argument counts and results of a use whose root is in the vocabulary.
 * @param takesPromises whether what is called by this path may get a promise as an argument
 */
export function checkVocabularyUse(
  vocabulary: Vocabulary,
  use: Use,
  takesPromises: (callee: readonly string[]) => boolean,
  diagnostics: Diagnostics<FlowDiagnosticCode>,
): void {
  const path = use.segments.map(({ name }) => name);
  const { entry, missingAt, available } = lookupPath(vocabulary, path);
  if (missingAt !== undefined) {
    reportMissingMember(use, missingAt, available ?? [], diagnostics);
  } else if (use.call && entry?.kind === "function") {
    checkArgumentCount(path.join("."), entry, use.call, diagnostics);
    checkAwaited(path.join("."), entry, use.call, takesPromises, diagnostics);
  } else if (use.call && entry) {
    diagnostics.error(use.call.range, {
      code: "not-callable",
      message: `\`${path.join(".")}\` is ${entry.kind === "object" ? "an object" : "a value"} and cannot be called`,
      ...(entry.kind === "object"
        ? { hint: `Its members are ${Object.keys(entry.members).join(", ")}.` }
        : {}),
    });
  }
}

function reportMissingMember(
  use: Use,
  index: number,
  available: readonly string[],
  diagnostics: Diagnostics<FlowDiagnosticCode>,
): void {
  const missing = use.segments[index];
  if (!missing) return;
  const owner = use.segments
    .slice(0, index)
    .map(({ name }) => name)
    .join(".");
  const wording = {
    code: "unknown-member",
    message: `\`${owner}\` has no member \`${missing.name}\``,
    hint: suggestion(missing.name, available, `It has ${available.join(", ")}.`),
  } as const;
  // Reading a missing member gives undefined, and flows written for another runner may probe for it.
  if (use.via === "call") diagnostics.error(missing.range, wording);
  else diagnostics.ownRule(missing.range, wording);
}

function checkArgumentCount(
  name: string,
  entry: FunctionEntry,
  { argumentCount, range }: NonNullable<Use["call"]>,
  diagnostics: Diagnostics<FlowDiagnosticCode>,
): void {
  if (argumentCount === undefined) return;
  const { positional = [] } = entry;
  const least = positional.filter(({ optional, takes }) => !optional && takes !== "rest").length;
  const most = positional.some(({ takes }) => takes === "rest")
    ? Number.POSITIVE_INFINITY
    : positional.length;
  if (argumentCount >= least && argumentCount <= most) return;
  const several = most === Number.POSITIVE_INFINITY ? `at least ${least}` : `${least} to ${most}`;
  const wanted = least === most ? `${least}` : several;
  const plural = wanted === "1" || wanted === "at least 1" ? "" : "s";
  const wording = {
    code: "argument-count",
    message: `\`${name}\` takes ${wanted} argument${plural}, got ${argumentCount}`,
    hint: `${name}(${signature(entry)})`,
  } as const;
  // JavaScript ignores surplus arguments.
  if (argumentCount < least) diagnostics.error(range, wording);
  else diagnostics.ownRule(range, wording);
}

function checkAwaited(
  name: string,
  { sync }: FunctionEntry,
  { resultUse, range }: NonNullable<Use["call"]>,
  takesPromises: (callee: readonly string[]) => boolean,
  diagnostics: Diagnostics<FlowDiagnosticCode>,
): void {
  if (sync || !resultUse) return;
  const { kind } = resultUse;
  if (kind === "argument" && resultUse.callee && takesPromises(resultUse.callee)) return;
  diagnostics.error(range, {
    code: "missing-await",
    message: `\`${name}\` is asynchronous, and ${USED_AS[kind]} before it has ended`,
    hint: `Write \`(await ${name}(…))\`; a function or lambda around it must be async.`,
  });
}

const USED_AS: Readonly<Record<ResultUse["kind"], string>> = {
  member: "a member of its result is read",
  operand: "its result is an operand",
  text: "its result is put into a text",
  argument: "its result is passed on",
};
