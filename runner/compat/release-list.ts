import { gte, rcompare, satisfies, valid, validRange } from "semver";
import { QaError, UsageError } from "../base/errors.ts";
import { type GatewayTarget, parseRelease, recognizeTarget } from "../base/target.ts";
import { releasesFrom } from "../bisect/releases.ts";
import type { PublishedReleases } from "../gateway/openclaw/registry.ts";
import { OLDEST_SUPPORTED } from "../gateway/openclaw/releases.ts";
import { pickRelease } from "../gateway/openclaw/resolve.ts";

/** On what a plugin is judged. */
export type Wanted =
  | { kind: "each"; targets: GatewayTarget[] }
  /** Both ends, and by halves between them where the newer one is broken; oldest first. */
  | { kind: "range"; releases: string[] };

const LAST = /^last:(\d+)$/;
const BETWEEN = /^(.+?)\.\.(.+)$/;

/** Whether a text of `--releases` can be read without knowing which releases there are. */
export function namesPublished(text: string): boolean {
  return text.split(",").some((part) => part.trim() !== "embedded");
}

/**
 * Reads `--releases`: `embedded`, `last:3`, versions, ranges or dist-tags with commas between them, or `2026.4.26..2026.9.6`.
 * @param installed releases in the cache
 * @throws UsageError for what is none; QaError `release-not-installed`
 */
export function wantedReleases(
  text: string,
  published: PublishedReleases & { kept: boolean },
  installed: readonly string[],
): Wanted {
  const pick = (spec: string) => pickRelease(parseRelease(spec).spec, published, installed, "--releases");
  const [, oldest, newest] = BETWEEN.exec(text) ?? [];
  if (oldest !== undefined && newest !== undefined) {
    const [from, to] = [pick(oldest.trim()), pick(newest.trim())];
    if (rcompare(from, to) <= 0) {
      throw new UsageError(
        `--releases ${text}: ${from} is not older than ${to}`,
        "Name the older one first.",
      );
    }
    return { kind: "range", releases: releasesFrom(from, to, published.versions) };
  }
  if (!text.includes(",") && isRangeOfSeveral(text)) {
    const within = stable(published.versions).filter((version) => satisfies(version, text));
    const [to, from] = [within[0], within.at(-1)];
    if (from === undefined || to === undefined)
      throw new UsageError(`--releases ${text}: no release is in it`);
    if (from === to) return { kind: "each", targets: [parseRelease(from)] };
    return { kind: "range", releases: releasesFrom(from, to, published.versions) };
  }
  return {
    kind: "each",
    targets: text.split(",").flatMap((part): GatewayTarget[] => {
      const spec = part.trim();
      const count = LAST.exec(spec)?.[1];
      if (count !== undefined)
        return stable(published.versions).slice(0, Number(count)).reverse().map(parseRelease);
      if (spec === "") throw new UsageError(`--releases ${text}: a part of it is empty`);
      if (recognizeTarget(spec)?.kind === "embedded") return [{ kind: "embedded" }];
      return [parseRelease(pick(spec))];
    }),
  };
}

/**
 * The releases that matter to a plugin of which nothing else is said: the oldest that it says it is for, or that is supported
 * at all, and the newest.
 * @param oldest that the plugin says it is for
 * @throws QaError `release-not-installed` when none is installed and none can be fetched
 */
export function releasesThatMatter(
  oldest: string | undefined,
  { versions, tags, kept }: PublishedReleases & { kept: boolean },
  installed: readonly string[],
): Wanted {
  const from = oldest !== undefined && gte(oldest, OLDEST_SUPPORTED) ? oldest : OLDEST_SUPPORTED;
  const choice = stable(kept ? installed : versions).filter((version) => gte(version, from));
  const { latest } = tags;
  const newest = latest !== undefined && choice.includes(latest) ? latest : choice[0];
  if (newest !== undefined) {
    return { kind: "each", targets: [...new Set([choice.at(-1) ?? newest, newest])].map(parseRelease) };
  }
  throw new QaError(
    kept
      ? "no release is installed that the plugin is for, and the package registry cannot be reached"
      : `no release is as new as the ${from} that the plugin says it is for`,
    {
      code: "release-not-installed",
      fault: kept ? "environment" : "product",
      hint: "`--releases embedded` judges it on the embedded gateway, which needs no release.",
    },
  );
}

/** `>=2026.5.0 <2026.7.0`, but neither a version nor a dist-tag. */
function isRangeOfSeveral(text: string): boolean {
  return valid(text) === null && /[<>^~ *x]/.test(text) && validRange(text) !== null;
}

/** Newest first, without pre-releases. */
function stable(versions: readonly string[]): string[] {
  return versions.filter((version) => valid(version) !== null && !version.includes("-")).sort(rcompare);
}
