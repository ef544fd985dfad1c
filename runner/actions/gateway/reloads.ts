import { describeMatcher, show } from "../../flow/match/describe.ts";
import { matches, mismatches } from "../../flow/match/match.ts";
import type { Matcher } from "../../flow/match/matcher.ts";
import { Unexpected, unexpected } from "../../flow/match/unexpected.ts";
import type { ActionContext } from "../context.ts";
import { type Event, PRESENT, waitOrEnd } from "../scene/expect.ts";
import { expectNone } from "../scene/expect-none.ts";
import { untilEditTaken } from "../scene/hand-edit.ts";
import { isInForce } from "../scene/in-force.ts";
import { NEXT_RELOAD } from "../scene/scene.ts";
import { record, STRINGS } from "../schema.ts";

/** How a gateway took a change of its config; what is only read when it is needed is in force at once, and so hot. */
export interface Reload {
  outcome: "hot" | "restart" | "none";
  /** The changed paths that decided. */
  reasons: string[];
}

/** The same for matchers; a text stands for the outcome. */
export const RELOAD = {
  ...record({
    outcome: {
      enum: ["hot", "restart", "none"],
      description: "hot: in force in the same process; none: nothing has changed",
    },
    reasons: { ...STRINGS, description: "the changed paths that decided" },
  }),
  asText: "outcome",
} as const;

/** What gateways, the embedded one and releases alike, log when a change has been planned and applied. */
const LINES: readonly (readonly [Reload["outcome"], RegExp])[] = [
  ["hot", /config hot reload applied \(([^)]*)\)/],
  ["hot", /config change applied \(dynamic reads: ([^)]*)\)/],
  ["none", /config (?:change|reload) requires gateway restart; hot mode ignor(?:es it|ing) \(([^)]*)\)/],
  ["none", /config reload (?:disabled|skipped by writer intent) \(([^)]*)\)/],
  ["restart", /config change requires gateway restart \(([^)]*)\)/],
];

const NOTICED = /config change detected; evaluating reload \(([^)]*)\)/;
/** More is to come before it is in force, or it never will be. */
const NOT_YET = /\bconfig (?:change requires channel reload|(?:reload|restart) (?:failed|superseded))\b/;
const RELOAD_MS = 15_000;
/** Those that a statement has expected. */
const RELOAD_KIND = "reload";
const UNCHANGED: Reload = { outcome: "none", reasons: [] };

type Line = ActionContext["scene"]["logLines"][number];

interface Seen extends Event<Reload> {
  /** No line says how it ended: it is in force if the gateway says so otherwise. */
  quiet: boolean;
}

/** What was noticed counts where it was noticed if nothing was logged of it later, and else where the outcome stands. */
function reloadsIn(lines: readonly Line[]): Seen[] {
  const found: Seen[] = [];
  let quiet: Seen | undefined;
  for (const { index, line } of lines) {
    const value = reloadIn(line);
    const noticed = NOTICED.exec(line)?.[1];
    if (noticed !== undefined) {
      if (quiet) found.push(quiet);
      quiet = { index, value: { outcome: "hot", reasons: noticed.split(", ") }, quiet: true };
    } else if (value) {
      found.push({ index, value, quiet: false });
      quiet = undefined;
    } else if (NOT_YET.test(line)) quiet = undefined;
  }
  return quiet ? [...found, quiet] : found;
}

function reloadIn(line: string): Reload | undefined {
  for (const [outcome, pattern] of LINES) {
    const reasons = pattern.exec(line)?.[1];
    if (reasons !== undefined) return { outcome, reasons: reasons.split(", ") };
  }
  return undefined;
}

/** Releases log nothing more of a change that is only read when it is needed: once it was noticed it is in force. */
function reloadsOf({ gateway: { facts } }: ActionContext, lines: readonly Line[]): Seen[] {
  const all = reloadsIn(lines);
  return facts.product === "OpenClaw" ? all : all.filter(({ quiet }) => !quiet);
}

/** All since the last statement that changed something. */
function reloadsSinceChange(context: ActionContext): Seen[] {
  const { linesSinceChange, unchangedSinceChange } = context.scene;
  return withUnchanged(reloadsOf(context, linesSinceChange), unchangedSinceChange);
}

function withUnchanged(logged: readonly Seen[], unchanged: readonly number[]): Seen[] {
  const silent = unchanged.map((index) => ({ index, value: UNCHANGED, quiet: false }));
  return [...logged, ...silent].toSorted((one, other) => one.index - other.index);
}

/** Waits until the gateway has taken the next change that is left, with a line or without. */
function untilTaken(context: ActionContext): Promise<Seen | undefined> {
  const { scene } = context;
  const next = () => reloadsSinceChange(context).find(({ index }) => scene.isFree(NEXT_RELOAD, index));
  const taken = async () => {
    const seen = next();
    if (!seen?.quiet) return seen;
    if (!(await isTakenQuietly(context))) return undefined;
    const now = next();
    return now?.index === seen.index ? now : undefined;
  };
  return waitOrEnd(context, "the change to be in force", taken, RELOAD_MS);
}

/** True also where nothing says so. */
async function isTakenQuietly(context: ActionContext): Promise<boolean> {
  if ((await isInForce(context)) === false) return false;
  // What was logged before that was said has been read when it answers once more.
  await context.identity();
  return true;
}

/**
 * The next reload since the last statement that changed something, judged once, also if that statement has waited for it
 * itself. A hot one must have left the process as it was and must count where the gateway counts.
 * @throws Unexpected
 */
export async function expectReload(context: ActionContext, matcher: Matcher): Promise<Event<Reload>> {
  const next = await nextReload(context, matcher);
  context.scene.take(NEXT_RELOAD, next.index);
  context.scene.take(RELOAD_KIND, next.index);
  return next;
}

/**
 * Waits for the reload that a statement itself brings about. It has come like any other; only where the author says what
 * it is to be was it expected, so that `expectNoReload` does not count it.
 * @throws Unexpected
 */
export async function awaitReload(context: ActionContext, expected: Matcher | undefined): Promise<Reload> {
  const { index, value } = await nextReload(context, expected ?? PRESENT);
  cameAwaited(context, index, expected);
  return value;
}

/**
 * The same for an edit by hand after which the file says what it said before: the gateway has nothing to take, and logs no
 * word of it.
 * @throws Unexpected where it has taken something after all; QaError `not-judged` where it has not read the file
 */
export async function awaitSameContent(context: ActionContext, expected: Matcher | undefined): Promise<void> {
  if (!expected) return awaitNoChange(context, expected);
  await untilEditTaken(context, context.limits?.allow);
  const came = reloadsSinceChange(context).some(({ index }) => context.scene.isFree(NEXT_RELOAD, index));
  if (came) await awaitReload(context, expected);
  else awaitNoChange(context, expected);
}

/**
 * The same for a change that changes nothing, of which no gateway logs a word.
 * @throws Unexpected
 */
export function awaitNoChange(context: ActionContext, expected: Matcher | undefined): void {
  if (expected && !matches(expected, UNCHANGED))
    throw new Unexpected(`there was nothing to change, expected ${describeMatcher(expected)}`, {
      expected: describeMatcher(expected),
      seen: show(UNCHANGED),
      fault: "scenario",
      hint: "The config says already what the statement writes.",
    });
  cameAwaited(context, context.scene.changedNothing(), expected);
}

function cameAwaited({ scene }: ActionContext, index: number, expected: Matcher | undefined): void {
  scene.awaited(index);
  if (expected) scene.take(RELOAD_KIND, index);
}

async function nextReload(context: ActionContext, matcher: Matcher): Promise<Seen> {
  const next = await untilTaken(context);
  if (!next) throw neverApplied(context, matcher);
  const found = mismatches(matcher, next.value);
  if (found.length > 0) throw unexpected("the reload", matcher, next.value, found);
  if (next.value.outcome === "hot") await requireSameProcess(context);
  if (next.quiet) context.scene.note(quietNote(next.value));
  return next;
}

function quietNote({ reasons }: Reload): string {
  return `no line of the log says that the change of ${reasons.join(", ")} was applied: told by the same process and the config in force`;
}

function neverApplied(context: ActionContext, matcher: Matcher): Unexpected {
  const { scene } = context;
  const expected = describeMatcher(matcher);
  const past = reloadsSinceChange(context).findLast(({ index }) => !scene.isFree(NEXT_RELOAD, index));
  if (past)
    return new Unexpected("the reload came, and no other one after it", {
      expected: `another one: ${expected}`,
      seen: show(past.value),
      fault: "scenario",
      hint: "Put `expectReload` right after the statement that changes the config: each one is taken once, and one that a statement has waited for is past when the next one acts.",
    });
  const last = scene.linesSinceChange.findLast(({ line }) => NOTICED.test(line) || NOT_YET.test(line))?.line;
  return new Unexpected("the change was never applied", {
    expected,
    seen: last === undefined ? "no word of it in the gateway's log" : last.trim(),
  });
}

/** Neither a hot reload nor one that restarts, which no statement of the step has expected. */
const IN_FORCE: Matcher = {
  kind: "members",
  members: [["outcome", { kind: "not", matcher: { kind: "equals", value: "none" } }]],
};

export function expectNoReload(context: ActionContext, matcher?: Matcher): void {
  const list = () => withUnchanged(reloadsOf(context, context.scene.logLines), context.scene.unchanged);
  expectNone(
    context,
    { kind: RELOAD_KIND, of: "line", what: "a reload", list },
    {
      by: "expectNoReload",
      matcher: matcher ?? IN_FORCE,
      inWords: matcher ? undefined : "one that is hot or restarts",
    },
  );
}

async function requireSameProcess(context: ActionContext): Promise<void> {
  const { before } = context.scene;
  if (!before) return;
  const now = await context.identity();
  if (now.bootId !== before.bootId)
    throw new Unexpected(`the gateway restarted: boot ${before.bootId} became ${now.bootId}`);
  if (!context.gateway.capabilities.has("reload-generation") || now.generation > before.generation) return;
  throw new Unexpected(`the gateway's generation is ${now.generation}, as it was before the change`);
}
