import { QaError } from "../base/errors.ts";
import { EXIT } from "../base/exit-codes.ts";
import { formatTarget, type GatewayTarget, parseRelease } from "../base/target.ts";
import { bisect, type Judgement } from "../bisect/search.ts";
import { resolveGatewayKind } from "../gateway/kinds.ts";
import type { CompatReport, JudgedRelease } from "./compat-schema.ts";
import type { KeptJudgements } from "./kept.ts";
import { type ProbeSetup, probe } from "./probe.ts";
import { inFew } from "./reasons.ts";
import type { Wanted } from "./release-list.ts";

export interface Comparison {
  wanted: Wanted;
  setup: ProbeSetup;
  kept: KeptJudgements;
  /** Called when a release is judged. */
  onJudged(judged: JudgedRelease, again: boolean): void;
  /** Called before a release is judged. */
  onBegin(gateway: string): void;
}

/**
 * Judges a plugin on each release that is wanted; of a range on both ends, and by halves between them where it is broken at
 * the end and not at the beginning.
 * @throws the signal's reason
 */
export async function compare(
  comparison: Comparison,
): Promise<Pick<CompatReport, "releases" | "firstBroken">> {
  const { wanted } = comparison;
  const releases: JudgedRelease[] = [];
  const judge = async (target: GatewayTarget): Promise<JudgedRelease> => {
    const known = releases.find(({ gateway }) => gateway === formatTarget(target));
    if (known) return known;
    const judged = await judgeOn(target, comparison);
    releases.push(judged);
    return judged;
  };
  if (wanted.kind === "each") {
    for (const target of wanted.targets) await judge(target);
    return { releases };
  }
  const firstBroken = await firstBrokenOf(wanted.releases, judge);
  const place = ({ gateway }: JudgedRelease) => wanted.releases.indexOf(gateway.replace("openclaw@", ""));
  releases.sort((one, other) => place(one) - place(other));
  return { releases, ...(firstBroken ? { firstBroken } : {}) };
}

async function firstBrokenOf(
  versions: readonly string[],
  judge: (target: GatewayTarget) => Promise<JudgedRelease>,
): Promise<CompatReport["firstBroken"]> {
  const at = (version: string) => judge(parseRelease(version));
  const searched = await bisect(versions, async (version): Promise<Judgement> => {
    const { verdict, rows } = await at(version);
    if (verdict === "broken") return "bad";
    // A gateway that never ran says nothing; a credential is missing on all of them.
    return rows.length === 0 ? "unknown" : "good";
  });
  if (searched.kind === "wrong-end") {
    // Also of the newest there is an answer, where the oldest decides nothing.
    await at(versions.at(-1) as string);
    return undefined;
  }
  const { lastGood, firstBad } = searched;
  const broken = await at(versions[firstBad] as string);
  const row = broken.rows.find(({ state }) => state === "no");
  return {
    gateway: broken.gateway,
    lastGood: `openclaw@${versions[lastGood]}`,
    between: versions.slice(lastGood + 1, firstBad).map((version) => `openclaw@${version}`),
    row: row?.row ?? "",
    seen: row?.seen ?? "",
    ...(row?.log ? { log: row.log } : {}),
    ...(row?.api ? { api: row.api } : {}),
  };
}

async function judgeOn(
  target: GatewayTarget,
  { setup, kept, onJudged, onBegin }: Comparison,
): Promise<JudgedRelease> {
  const gateway = formatTarget(target);
  const known = kept.of(gateway);
  if (known) {
    onJudged(known, true);
    return known;
  }
  onBegin(gateway);
  const judged = await probed(target, gateway, setup);
  // Nothing can be said of it now, and perhaps the next time.
  if (judged.rows.length > 0) await kept.add(judged);
  onJudged(judged, false);
  return judged;
}

/** A release that cannot be had, or does not start without the plugin, is blocked. */
async function probed(target: GatewayTarget, gateway: string, setup: ProbeSetup): Promise<JudgedRelease> {
  const { signal, teardown } = setup;
  try {
    const kind = await resolveGatewayKind(target, { env: process.env, teardown });
    await kind.prepare(signal);
    return await probe(kind, gateway, setup);
  } catch (error) {
    signal.throwIfAborted();
    if (!(error instanceof QaError)) throw error;
    return {
      gateway,
      version: "",
      verdict: "blocked",
      problem: inFew(`${error.message} [${error.code}]`),
      rows: [],
      refused: [],
      judgedAt: new Date().toISOString(),
    };
  }
}

/** 1: broken on a release; 4: of a release nothing can be said; 5: yes, with steps; 0: it works on all. */
export function exitCodeOf(releases: readonly JudgedRelease[]): number {
  const has = (...verdicts: JudgedRelease["verdict"][]) =>
    releases.some(({ verdict }) => verdicts.includes(verdict));
  if (has("broken")) return EXIT.failed;
  if (releases.length === 0 || has("blocked", "loads")) return EXIT.harness;
  return has("works with steps") ? EXIT.withSteps : EXIT.passed;
}
