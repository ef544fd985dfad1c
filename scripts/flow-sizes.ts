import { globSync, readFileSync } from "node:fs";
import { basename, join, resolve } from "node:path";
import { isMap, isPair, isScalar, isSeq, type Node, type Pair, parseDocument, visit } from "yaml";

const ROOT = resolve(import.meta.dirname, "..");
const SCENARIOS = join(ROOT, "qa/scenarios");
const FENCE = /^```yaml qa-(?:flow|step)[^\n]*\n(.*?)^```/gms;
/** A longer line counts as as many as it would fill. */
const LINE_LENGTH = 110;

/** How much there is to read of one scenario's flow, in whichever form it is. */
export interface FlowSize {
  id: string;
  /** Whether its steps are headings. */
  hasHeadings: boolean;
  lines: number;
  /** Characters without indentation and line ends. */
  characters: number;
  lambdas: number;
  /** How often a call is handed `env`. */
  envs: number;
  expressions: number;
  /** What it calls. */
  actions: ReadonlySet<string>;
}

/**
 * Scenarios that came after the readers' form was decided upon. The goal of the rewriting counts the 46 of then,
 * which had 2,881 lines and 84,416 characters.
 */
const LATER: ReadonlySet<string> = new Set([
  "abort-queued-turns",
  "chat-commands",
  "config-edited-by-hand",
  "config-env-references",
  "config-write-safe",
  "cron-jobs-managed",
  "cron-once-over-restart",
  "dm-routing",
  "journal-torn-line",
  "log-redaction",
  "model-switch-per-session",
  "picture-reaches-model",
  "plugin-denied",
  "plugin-fails-later",
  "plugin-linked-folder",
  "plugin-moved",
  "plugin-version-changed",
  "restart-note-survives-stop",
  "rooms-by-case",
  "send-again-same-key",
  "session-store-damaged",
  "silent-answer-asked-again",
  "skill-extra-folder",
  "skill-front-matter",
  "tool-call-cut-off",
  "turn-long-limit",
  "update-dies-as-service",
  "update-disk-full",
  "update-registry-gone",
  "update-target-refused",
]);

/** Whether a scenario is one of the 46 that the goal counts. */
export function isCounted({ id }: Pick<FlowSize, "id">): boolean {
  return !LATER.has(id);
}

/** The size of each scenario of this repository, by theme and name. */
export function flowSizes(): FlowSize[] {
  return globSync("*/*.md", { cwd: SCENARIOS })
    .sort()
    .map((file) => flowSize(basename(file, ".md"), readFileSync(join(SCENARIOS, file), "utf8")));
}

/** The size of a scenario's flow: what is in the fences of its file that hold steps. */
export function flowSize(id: string, text: string): FlowSize {
  const blocks = [...text.matchAll(FENCE)].map(([, block]) => block ?? "");
  const lines = blocks.flatMap((block) => block.split("\n")).filter((line) => line.trim() !== "");
  const pairs = blocks.flatMap(pairsOf);
  return {
    id,
    hasHeadings: !text.includes("\n```yaml qa-flow"),
    lines: sum(lines, (line) => Math.ceil(line.length / LINE_LENGTH)),
    characters: sum(lines, (line) => line.trim().length),
    lambdas: pairs.filter(([key]) => key === "lambda").length,
    envs: pairs.filter(([key, value]) => key === "ref" && value === "env").length,
    expressions: pairs.filter(([key]) => key === "expr").length,
    actions: new Set([
      ...pairs.filter(([key]) => key === "call").map(([, name]) => name),
      ...blocks.flatMap(statementsIn),
    ]),
  };
}

/** Sizes together, in a line. */
export function total(sizes: readonly FlowSize[]) {
  return {
    lines: sum(sizes, ({ lines }) => lines),
    characters: sum(sizes, ({ characters }) => characters),
    lambdas: sum(sizes, ({ lambdas }) => lambdas),
    envs: sum(sizes, ({ envs }) => envs),
    expressions: sum(sizes, ({ expressions }) => expressions),
  };
}

/** Actions that one scenario alone uses, each with that scenario's id. */
export function usedOnce(sizes: readonly FlowSize[]): ReadonlyMap<string, string> {
  const users = Map.groupBy(
    sizes.flatMap(({ id, actions }) => [...actions].map((action) => ({ action, id }))),
    ({ action }) => action,
  );
  return new Map(
    [...users].flatMap(([action, [first, ...others]]) =>
      first && others.length === 0 ? [[action, first.id]] : [],
    ),
  );
}

function pairsOf(block: string): [key: string, value: string][] {
  const pairs: [string, string][] = [];
  visit(parseDocument(block), {
    Pair(_key, { key, value }) {
      pairs.push([nameOf(key), nameOf(value)]);
    },
  });
  return pairs;
}

/** The actions of a list of statements: the first key of each, or a bare word; of a statement that holds others, theirs. */
function statementsIn(block: string): string[] {
  const root = parseDocument(block).contents;
  return isSeq(root) ? root.items.flatMap((item) => statementNames(item)) : [];
}

function statementNames(item: unknown): string[] {
  if (!isMap(item)) return [nameOf(item)];
  const [first] = item.items as Pair<Node, Node>[];
  if (!isPair(first)) return [];
  const inner = nameOf(first.key) === "expectInOrder" && isSeq(first.value) ? first.value.items : [];
  return [nameOf(first.key), ...inner.flatMap(statementNames)];
}

function nameOf(node: unknown): string {
  return isScalar(node) ? String(node.value) : "";
}

function sum<T>(items: readonly T[], of: (item: T) => number): number {
  return items.reduce((before, item) => before + of(item), 0);
}
