import type { Matcher } from "../../flow/match/matcher.ts";
import type { ActionContext } from "../context.ts";
import { actionsOf } from "../define.ts";
import { type Event, expectEvent } from "../scene/expect.ts";
import { expectNone, IN_THE_STEP } from "../scene/expect-none.ts";
import { matcherOf, NOTHING, record, STRING } from "../schema.ts";
import { SENTINELS } from "./log-sentinels.ts";

/** A line of the log, with the kinds of trouble that it means. */
interface LogLine {
  text: string;
  kinds: readonly string[];
}

const KINDS = SENTINELS.map(({ kind }) => kind);
/** Of a line, its text is matched; a word alone is a kind of trouble. */
const LINE = {
  ...record({ text: STRING, kinds: { type: "array", items: { enum: KINDS } } }),
  asText: "text",
  asWord: "kinds",
} as const;
const LINE_WORDS = `a matcher of its text; a word alone is a kind of trouble: ${KINDS.join(", ")}`;

const SINCE = {
  enum: ["scenario", "boot"],
  default: "scenario",
  description: "also what was logged before the scenario began: `boot`",
} as const;
type Since = (typeof SINCE.enum)[number];

function linesOf({ scene }: ActionContext, since: Since) {
  const list = () =>
    (since === "boot" ? scene.allLogLines : scene.logLines).map(
      ({ index, line }): Event<LogLine> => ({
        index,
        value: { text: line, kinds: kindsOf(line) },
        ...timeOf(line),
      }),
    );
  return { kind: "line", what: "a line of the log", list };
}

const TIME = /^\d{4}-\d\d-\d\dT[\d:.]+(?:Z|[+-]\d\d:\d\d)/;

/** When it was written, as it says itself. */
function timeOf(line: string): { at?: number } {
  const at = Date.parse(TIME.exec(line)?.[0] ?? "");
  return Number.isNaN(at) ? {} : { at };
}

function kindsOf(line: string): string[] {
  return SENTINELS.flatMap(({ kind, pattern }) => (pattern.test(line) ? [kind] : []));
}

/** Lines that mean any trouble. */
const TROUBLE: Matcher = {
  kind: "members",
  members: [["kinds", { kind: "count", matcher: { kind: "above", value: 0 } }]],
};

function faultOf({ value: { kinds } }: Event<LogLine>): "environment" | "product" {
  const found = SENTINELS.filter(({ kind }) => kinds.includes(kind));
  const isEnvironment = found.length > 0 && found.every(({ verdict }) => verdict === "environment-blocked");
  return isEnvironment ? "environment" : "product";
}

export const logStatements = actionsOf("logs", (define) => ({
  expectLog: define({
    summary: "The first line of the gateway's log that fits and that no other statement has taken.",
    params: { line: matcherOf(LINE, LINE_WORDS), since: SINCE },
    main: "line",
    returns: { ...STRING, description: "the line" },
    statement: "counts",
    effect: "converses",
    needs: "logs",
    run: async (context, { line, since }) =>
      (await expectEvent(context, linesOf(context, since), line)).value.text,
  }),
  expectNoLog: define({
    summary: `No line of the gateway's log that fits ${IN_THE_STEP}`,
    params: {
      line: { ...matcherOf(LINE, `${LINE_WORDS}; default: any kind of trouble`), optional: true },
      since: SINCE,
    },
    main: "line",
    returns: NOTHING,
    statement: "expects",
    effect: "converses",
    needs: "logs",
    run: async (context, { line, since }) =>
      expectNone(
        context,
        { ...linesOf(context, since), ...(since === "boot" ? {} : { of: "line" }), faultOf },
        {
          by: "expectNoLog",
          matcher: line ?? TROUBLE,
          inWords: line ? undefined : "every kind of trouble",
        },
      ),
  }),
}));
