import type { AttemptView } from "../attempt-view.ts";

/** A gap of more than this part of the steps' time is drawn shorter than it was. */
const LONG_GAP = 0.3;
/** Widths in percent: of such a gap, and the most of what comes before the first step and after the last. */
const WIDTHS = { gap: 8, before: 12, after: 5 };

export interface Scale {
  /** Where a time is drawn, in percent. */
  place(at: number): number;
  /** Gaps that are drawn shorter, with their place in percent. */
  breaks: { from: number; to: number; ms: number }[];
}

/** Times of an attempt across a width: most of it for the steps, and little for times in which nothing happened. */
export function scaleOf(view: AttemptView): Scale {
  const begin = view.steps[0]?.at ?? view.endedAt;
  const end = Math.max(
    begin,
    ...view.steps.flatMap(({ at, endedAt }) => endedAt ?? (at === undefined ? [] : view.endedAt)),
  );
  const times = [...new Set([view.at, begin, end, view.endedAt, ...timesOf(view)])].sort((a, b) => a - b);
  const pieces = times.slice(1).map((to, index) => {
    const from = times[index] ?? to;
    const ms = to - from;
    const part =
      to <= begin ? "before" : from >= end ? "after" : ms > (end - begin) * LONG_GAP ? "gap" : "steps";
    return { from, to, ms, part };
  });
  const sum = (part: string) => pieces.reduce((total, each) => total + (each.part === part ? each.ms : 0), 0);
  const total = Math.max(1, view.endedAt - view.at);
  const gaps = pieces.filter(({ part }) => part === "gap").length;
  const width: Record<string, number> = {
    before: Math.min(WIDTHS.before, (sum("before") / total) * 100),
    after: Math.min(WIDTHS.after, (sum("after") / total) * 100),
    gap: gaps * WIDTHS.gap,
  };
  width.steps = 100 - (width.before ?? 0) - (width.after ?? 0) - (width.gap ?? 0);
  // With nothing but gaps there is nothing to make room for.
  if (sum("steps") === 0) [width.gap, width.steps] = [(width.gap ?? 0) + (width.steps ?? 0), 0];
  let reached = 0;
  const placed = pieces.map((piece) => {
    const share = piece.part === "gap" ? 1 / gaps : piece.ms / Math.max(1, sum(piece.part));
    const own = share * (width[piece.part] ?? 0);
    reached += own;
    return { ...piece, start: reached - own, width: own };
  });
  return {
    place(at) {
      const piece = placed.find(({ from, to }) => at >= from && at <= to);
      if (!piece) return at < view.at ? 0 : 100;
      return piece.start + ((at - piece.from) / Math.max(1, piece.ms)) * piece.width;
    },
    breaks: placed
      .filter(({ part }) => part === "gap")
      .map(({ ms, start, width: own }) => ({ from: start, to: start + own, ms })),
  };
}

function timesOf(view: AttemptView): number[] {
  const spans = [
    ...view.steps.flatMap(({ at, endedAt, statements }) => [
      at,
      endedAt,
      ...statements.flatMap((statement) => [statement.at, statement.endedAt]),
    ]),
    ...view.calls.flatMap(({ at, endedAt }) => [at, endedAt]),
    ...view.requests.flatMap(({ at, answeredAt }) => [at, answeredAt]),
    ...[...view.messages, ...view.acts, ...view.log].map(({ at }) => at),
    view.readyAt,
  ];
  return spans.filter((at) => at !== undefined && at >= view.at && at <= view.endedAt) as number[];
}
