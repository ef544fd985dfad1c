import { maxSatisfying, rcompare, valid, validRange } from "semver";
import { QaError, UsageError } from "../../base/errors.ts";
import { suggest } from "../../base/suggest.ts";
import type { PublishedReleases } from "./registry.ts";

/** The version that a spec itself names, without asking the registry. */
export function exactVersion(spec: string): string | undefined {
  return valid(spec) ?? undefined;
}

/**
 * Picks the release that a version, a range or a dist-tag means.
 * @param installed releases in the cache; the only ones to choose from when the registry was not reached
 * @throws UsageError for what is not a release; QaError `release-not-installed` when it would have to be fetched
 */
export function pickRelease(
  spec: string,
  { versions, tags, kept }: PublishedReleases & { kept: boolean },
  installed: readonly string[],
  option = "--gateway",
): string {
  const choice = kept ? installed : versions;
  const tagged = Object.hasOwn(tags, spec) ? tags[spec] : undefined;
  const wanted =
    tagged ?? valid(spec) ?? (validRange(spec) === null ? undefined : maxSatisfying([...choice], spec));
  if (wanted && choice.includes(wanted)) return wanted;
  if (kept && (wanted || validRange(spec) !== null)) {
    throw new QaError(`openclaw@${spec} is not installed, and the package registry cannot be reached`, {
      code: "release-not-installed",
      fault: "environment",
      hint: installed.length > 0 ? `Installed: ${installed.join(", ")}.` : "No release is installed yet.",
    });
  }
  throw new UsageError(
    `${option} openclaw@${spec}: there is no such release`,
    suggestion(spec, versions, tags),
  );
}

function suggestion(spec: string, versions: readonly string[], tags: PublishedReleases["tags"]): string {
  const near = suggest(spec, [...Object.keys(tags), ...versions]);
  if (near !== undefined) return `Did you mean openclaw@${near}?`;
  const newest = [...versions].sort(rcompare).slice(0, 5);
  return `Tags: ${Object.keys(tags).join(", ")}. Newest releases: ${newest.join(", ")}.`;
}
