import { authoredText } from "../../base/authored.ts";
import { oneLine } from "../../base/text.ts";
import type { AttemptView } from "./attempt-view.ts";

const LANES = ["statements", "channel", "model", "calls"] as const;
type Lane = (typeof LANES)[number];

/** Something that happened, as it is compared with what happened in another run. */
interface Happening {
  step: number;
  lane: Lane;
  /** Milliseconds since the step began. */
  after: number;
  text: string;
  /** The text without what is different in every run. */
  key: string;
}

/** What one run did in a place where the other did something else, or nothing. */
export interface Pair {
  step: number;
  lane: Lane;
  a?: Happening;
  b?: Happening;
  differs: boolean;
}

/** Both attempts, lane by lane of each step, with what differs. */
export function pairsOf(a: AttemptView, b: AttemptView): Pair[] {
  const [ofA, ofB] = [happenings(a), happenings(b)];
  const steps = Math.max(a.steps.length, b.steps.length);
  return Array.from({ length: steps }, (_, step) =>
    LANES.flatMap((lane) => {
      const own = (list: readonly Happening[]) =>
        list.filter((each) => each.step === step && each.lane === lane);
      return aligned(own(ofA), own(ofB), step, lane);
    }),
  ).flat();
}

/** The first of the differences: in the earliest step, what came first in it. */
export function firstDifference(pairs: readonly Pair[]): Pair | undefined {
  const different = pairs.filter(({ differs }) => differs);
  const step = Math.min(...different.map((pair) => pair.step));
  return different
    .filter((pair) => pair.step === step)
    .toSorted((one, other) => timeOf(one) - timeOf(other))[0];
}

/** When the first of both shows that they differ. */
function timeOf({ a, b }: Pair): number {
  return Math.min(a?.after ?? Number.POSITIVE_INFINITY, b?.after ?? Number.POSITIVE_INFINITY);
}

function happenings(view: AttemptView): Happening[] {
  const begins = new Map(view.steps.map(({ index, at = 0 }) => [index, at]));
  const made: Happening[] = [];
  const add = (lane: Lane, at: number, step: number | undefined, text: string) => {
    if (step === undefined) return;
    made.push({
      step,
      lane,
      after: at - (begins.get(step) ?? at),
      text: oneLine(text),
      key: withoutChance(oneLine(text)),
    });
  };
  for (const { index, statements } of view.steps) {
    for (const { label, endedAt, threw } of statements) {
      add(
        "statements",
        endedAt ?? view.endedAt,
        index,
        `${label} ${threw || endedAt === undefined ? "✗" : "✓"}`,
      );
    }
  }
  for (const { at, step, event, conversation, text } of view.messages) {
    add("channel", at, step, `${event.replaceAll("-", " ")} in ${conversation}: ${text}`);
  }
  for (const { at, step, messages, answer = "", status = "unanswered" } of view.requests) {
    // Releases wrap what a user wrote in what they know of the chat; the embedded gateway does not.
    const [asked] = messages
      .filter(({ role }) => !role.startsWith("system"))
      .map(({ role, text }) => ({ role, text: role === "user" ? authoredText(text) : text }))
      .filter(({ text }) => text !== "")
      .slice(-1);
    add("model", at, step, `${asked?.role ?? "asked"}: ${asked?.text ?? ""} → ${status}: ${answer}`);
  }
  for (const { at, step, method, failed, endedAt } of view.calls) {
    const text = `${method} ${failed ? "✗" : endedAt === undefined ? "…" : "✓"}`;
    // How often a wait asks is chance.
    const last = made.findLast((each) => each.lane === "calls");
    if (last?.text !== text || last.step !== step) add("calls", at, step, text);
  }
  return made;
}

const CHANCE: readonly [RegExp, string][] = [
  [/\b[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}\b/g, "<id>"],
  [/\/(?:tmp|var|private)\/[^\s"']+/g, "<path>"],
  [/\b[0-9a-f]{8,}\b/g, "<id>"],
  [/\d+/g, "<n>"],
];

function withoutChance(text: string): string {
  return CHANCE.reduce((rest, [pattern, word]) => rest.replace(pattern, word), text);
}

/** The longest common sequence of both, with what is only in one between. */
function aligned(a: readonly Happening[], b: readonly Happening[], step: number, lane: Lane): Pair[] {
  const length = Array.from({ length: a.length + 1 }, () => new Array<number>(b.length + 1).fill(0));
  const at = (row: number, column: number) => length[row]?.[column] ?? 0;
  for (let row = a.length - 1; row >= 0; row -= 1) {
    for (let column = b.length - 1; column >= 0; column -= 1) {
      const cells = length[row];
      const isSame = a[row]?.key === b[column]?.key;
      if (cells)
        cells[column] = isSame
          ? at(row + 1, column + 1) + 1
          : Math.max(at(row + 1, column), at(row, column + 1));
    }
  }
  const pairs: Pair[] = [];
  let [row, column] = [0, 0];
  while (row < a.length || column < b.length) {
    const [one, other] = [a[row], b[column]];
    if (one && other && one.key === other.key) {
      pairs.push({ step, lane, a: one, b: other, differs: false });
      [row, column] = [row + 1, column + 1];
    } else if (one && (!other || at(row + 1, column) >= at(row, column + 1))) {
      pairs.push({ step, lane, a: one, differs: true });
      row += 1;
    } else if (other) {
      pairs.push({ step, lane, b: other, differs: true });
      column += 1;
    }
  }
  return joined(pairs);
}

/** Of a stretch without anything in common, what comes first in one stands beside what comes first in the other. */
function joined(pairs: readonly Pair[]): Pair[] {
  const made: Pair[] = [];
  let stretch: Pair[] = [];
  const close = () => {
    const [ofA, ofB] = [stretch.filter(({ a }) => a), stretch.filter(({ b }) => b)];
    const longer = ofA.length >= ofB.length ? ofA : ofB;
    made.push(...longer.map((pair, index) => ({ ...pair, ...ofA[index], ...ofB[index] })));
    stretch = [];
  };
  for (const pair of pairs) {
    if (pair.differs) {
      stretch.push(pair);
      continue;
    }
    close();
    made.push(pair);
  }
  close();
  return made;
}
