import { compareBuild, gt, lt, prerelease, valid } from "semver";

/**
 * The releases from one to another, both included, oldest first. Pre-releases, to which versions such as `2026.7.1-2`
 * belong, count only where an end is one.
 * @param versions what is published, in any order
 */
export function releasesFrom(oldest: string, newest: string, versions: readonly string[]): string[] {
  const all = prerelease(oldest) !== null || prerelease(newest) !== null;
  const between = versions.filter(
    (version) =>
      valid(version) !== null &&
      gt(version, oldest) &&
      lt(version, newest) &&
      (all || prerelease(version) === null),
  );
  return [oldest, ...between.sort(compareBuild), newest];
}
