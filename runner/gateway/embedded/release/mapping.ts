import { QaError } from "../../../base/errors.ts";
import type { OwnRelease, UpdatePlan } from "../../gateway.ts";
import { RELEASES, type ReleaseSpec } from "./releases.ts";

/** Versions of OpenClaw are dates; this gateway's own are not. */
const PUBLISHED = /^v?20\d\d\./;

/** What a scenario gets. */
export interface MappedRelease {
  version: string;
  /** Set when the scenario names releases that this gateway does not have: what it gets instead. */
  plan?: UpdatePlan;
  /** The same for people. */
  note?: string;
}

/**
 * The release that an update begins with. A scenario that was written for OpenClaw names its releases: it gets the
 * previous and the latest one of this gateway, and its `config` says so.
 * @returns undefined when the scenario names no release
 * @throws QaError `release-unknown`
 */
export function mapRelease(
  { version, updateTo }: OwnRelease,
  releases: readonly ReleaseSpec[] = RELEASES,
): MappedRelease | undefined {
  if (version === undefined) return undefined;
  if (releases.some((release) => release.version === version)) return { version };
  const tagged = (tag: string) => releases.find((release) => release.tag === tag);
  const [from, to] = [tagged("previous"), tagged(updateTo ?? "") ?? tagged("latest")];
  if (!PUBLISHED.test(version) || from === undefined || to === undefined) throw unknown(version, releases);
  const plan: UpdatePlan = {
    sourceVersion: from.version,
    targetTag: to.tag,
    targetVersion: to.version,
    notice: "note",
    isService: false,
  };
  const note = `the embedded gateway has no release ${version}: ${from.version} (${from.tag}) updates itself to ${to.version} (${to.tag}) instead`;
  return { version: from.version, plan, note };
}

function unknown(version: string, releases: readonly ReleaseSpec[]): QaError {
  const known = releases.map((release) => `${release.version} (${release.tag})`).join(", ");
  return new QaError(`there is no release ${version} of the embedded gateway`, {
    code: "release-unknown",
    fault: "scenario",
    hint: `There are ${known}.`,
  });
}
