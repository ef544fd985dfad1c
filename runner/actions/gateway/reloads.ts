import type { Matcher } from "../../flow/match/matcher.ts";
import { Unexpected } from "../../flow/match/unexpected.ts";
import type { ActionContext } from "../context.ts";
import { type Event, expectNext, waitOrEnd } from "../scene/expect.ts";
import { expectNone } from "../scene/expect-none.ts";
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
  ["none", /config change requires gateway restart; hot mode ignores it \(([^)]*)\)/],
  ["restart", /config change requires gateway restart \(([^)]*)\)/],
];

const NOTICED = /config change detected; evaluating reload \(([^)]*)\)/;
const RELOAD_MS = 15_000;

type Line = ActionContext["scene"]["logLines"][number];

function reloadsIn(lines: readonly Line[], terse: boolean): Event<Reload>[] {
  const found = lines.flatMap(({ index, line }) => {
    const value = reloadIn(line);
    return value ? [{ index, value }] : [];
  });
  if (!terse || found.length > 0) return found;
  return lines.flatMap(({ index, line }) => {
    const reasons = NOTICED.exec(line)?.[1];
    return reasons === undefined
      ? []
      : [{ index, value: { outcome: "hot" as const, reasons: reasons.split(", ") } }];
  });
}

/**
 * Releases of spring 2026 log nothing more of a change that is only read when it is needed: once it was noticed it is in
 * force, unless the next lines say that it restarts the gateway.
 */
function isTerse({ gateway: { facts } }: ActionContext): boolean {
  return facts.product === "OpenClaw" && facts.version.localeCompare("2026.5", "en", { numeric: true }) < 0;
}

/** The gateway decides at once how it takes a change that it has noticed; what it answers later comes after those lines. */
async function afterDecision(context: ActionContext): Promise<void> {
  const isNoticed = () =>
    context.scene.linesSinceChange.some(({ line }) => NOTICED.test(line) || reloadIn(line));
  await waitOrEnd(context, "the change to be noticed", isNoticed, RELOAD_MS);
  await context.identity();
  await context.identity();
}

function reloadIn(line: string): Reload | undefined {
  for (const [outcome, pattern] of LINES) {
    const reasons = pattern.exec(line)?.[1];
    if (reasons !== undefined) return { outcome, reasons: reasons.split(", ") };
  }
  return undefined;
}

/**
 * The next reload since the last statement that changed something, judged once. A hot one must have left the process as
 * it was and must count where the gateway counts.
 * @throws Unexpected
 */
export async function expectReload(context: ActionContext, matcher: Matcher): Promise<Event<Reload>> {
  const list = () => reloadsIn(context.scene.linesSinceChange, isTerse(context));
  const source = { kind: "reload", what: "the reload", list };
  if (isTerse(context)) await afterDecision(context);
  const next = await expectNext(context, source, matcher, RELOAD_MS).catch((error: unknown) => {
    throw list().length === 0 && error instanceof Unexpected ? neverApplied(context, error) : error;
  });
  if (next.value.outcome === "hot") await requireSameProcess(context);
  return next;
}

function neverApplied({ scene }: ActionContext, { expected }: Unexpected): Unexpected {
  const noticed = scene.linesSinceChange.findLast(({ line }) => NOTICED.test(line))?.line;
  return new Unexpected("the change was never applied", {
    ...(expected === undefined ? {} : { expected }),
    seen: noticed === undefined ? "no word of it in the gateway's log" : noticed.trim(),
  });
}

/** Neither a hot reload nor one that restarts, which no statement of the step has expected. */
const IN_FORCE: Matcher = {
  kind: "members",
  members: [["outcome", { kind: "not", matcher: { kind: "equals", value: "none" } }]],
};

export function expectNoReload(context: ActionContext, matcher = IN_FORCE): void {
  const list = () => reloadsIn(context.scene.logLines, isTerse(context));
  expectNone(context, { kind: "reload", of: "line", what: "a reload", list }, matcher);
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
