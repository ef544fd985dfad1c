import { compare, gte, lt, lte, prerelease, rcompare, satisfies, valid, validRange } from "semver";
import { UsageError } from "../base/errors.ts";
import { suggestion } from "../base/suggest.ts";
import { EMBEDDED, type GatewayTarget, type ReleaseTarget, recognizeTarget } from "../base/target.ts";
import type { PublishedReleases } from "../gateway/openclaw/registry.ts";
import { OLDEST_SUPPORTED } from "../gateway/openclaw/releases.ts";
import { exactVersion, pickRelease } from "../gateway/openclaw/resolve.ts";
import type { Lane } from "./schema.ts";

/** An entry of a lane's `gateways`, parsed. */
export type GatewayEntry =
  | { kind: "embedded" }
  /** A version, a range or a dist-tag: always one release. */
  | { kind: "release"; spec: string }
  /** Several releases, see `releasesBetween`. */
  | { kind: "releases"; last: number | undefined; from: string; to: string | undefined };

/** What is wrong with an entry, without its position. */
export interface EntryProblem {
  message: string;
  hint: string;
  severity?: "warning";
}

type EntryValue = Lane["gateways"][number];

/** Parses an entry and reports what is wrong with it as far as no registry is needed. */
export function readEntry(value: EntryValue): { entry: GatewayEntry | undefined; problem?: EntryProblem } {
  if (typeof value === "string") return readTarget(value.trim());
  const { last, from = OLDEST_SUPPORTED, to } = value.releases;
  for (const version of [from, to]) {
    if (version === undefined || valid(version)) continue;
    return {
      entry: undefined,
      problem: {
        message: `\`${version}\` is not a version`,
        hint: "Write it as published, such as 2026.4.26.",
      },
    };
  }
  if (to !== undefined && lt(to, from)) {
    return {
      entry: undefined,
      problem: {
        message: `no release can be from ${from} and at most ${to}`,
        hint: `Swap the two${value.releases.from === undefined ? `; ${OLDEST_SUPPORTED} is the oldest that is supported` : ""}.`,
      },
    };
  }
  return { entry: { kind: "releases", last, from, to }, ...oldProblem(from) };
}

function readTarget(text: string): { entry: GatewayEntry | undefined; problem?: EntryProblem } {
  const target = recognizeTarget(text);
  if (target?.kind === "embedded") return { entry: target };
  if (target?.kind === "openclaw") {
    const exact = exactVersion(target.spec);
    return { entry: { kind: "release", spec: exact ?? target.spec }, ...(exact ? oldProblem(exact) : {}) };
  }
  const hint = target
    ? "A lane starts its gateways itself: `embedded` or `openclaw@<version>`."
    : suggestion(text, ["embedded", "openclaw@latest"]);
  return { entry: undefined, problem: { message: `\`${text}\`is not a gateway of a lane`, hint } };
}

function oldProblem(version: string): { problem?: EntryProblem } {
  if (!lt(version, OLDEST_SUPPORTED)) return {};
  return {
    problem: {
      severity: "warning",
      message: `${version} is older than the oldest supported release`,
      hint: `${OLDEST_SUPPORTED} is the oldest that is supported.`,
    },
  };
}

/** Whether the registry has to be asked what the entry means. */
export function needsRegistry(entry: GatewayEntry): boolean {
  return entry.kind === "releases" || (entry.kind === "release" && !exactVersion(entry.spec));
}

/**
 * The targets for `--gateway` that an entry means, newest release first.
 * @param published undefined if the registry could not be asked; an exact version is then accepted unchecked
 */
export function targetsOf(
  entry: GatewayEntry,
  published: PublishedReleases | undefined,
): { targets: GatewayTarget[]; problem?: EntryProblem } {
  if (entry.kind === "embedded") return { targets: [EMBEDDED] };
  if (!published) return { targets: entry.kind === "release" ? [releaseTarget(entry.spec)] : [] };
  if (entry.kind === "releases") {
    const versions = releasesBetween(entry, published.versions);
    if (versions.length > 0) return { targets: versions.map(releaseTarget) };
    const newest = published.versions.toSorted(rcompare).slice(0, 3).join(", ");
    return {
      targets: [],
      problem: {
        message: `no published release is from ${entry.from}${entry.to ? ` to ${entry.to}` : ""}`,
        hint: `The newest are ${newest || "unknown"}.`,
      },
    };
  }
  try {
    return { targets: [releaseTarget(pickRelease(entry.spec, { ...published, kept: false }, []))] };
  } catch (error) {
    if (!(error instanceof UsageError)) throw error;
    return {
      targets: [],
      problem: { message: `there is no release openclaw@${entry.spec}`, hint: error.hint ?? "" },
    };
  }
}

function releaseTarget(spec: string): ReleaseTarget {
  return { kind: "openclaw", spec };
}

/** The `last` releases between two versions, both included, newest first. Pre-releases do not count. */
export function releasesBetween(
  { last, from, to }: Extract<GatewayEntry, { kind: "releases" }>,
  versions: readonly string[],
): string[] {
  return versions
    .filter((version) => valid(version) && !prerelease(version))
    .filter((version) => gte(version, from) && (to === undefined || lte(version, to)))
    .sort((a, b) => compare(b, a))
    .slice(0, last);
}

/**
 * Whether a target given to a job may be one of the entry's, without asking a registry: the release that was newest
 * when the jobs were planned may no longer be when they run.
 */
export function mayMean(entry: GatewayEntry, target: GatewayTarget): boolean {
  if (entry.kind === "embedded") return target.kind === "embedded";
  if (target.kind !== "openclaw") return false;
  const { spec } = target;
  const version = exactVersion(spec);
  if (entry.kind === "release" && (spec === entry.spec || version === entry.spec)) return true;
  if (!version) return false;
  if (entry.kind === "releases")
    return !prerelease(version) && gte(version, entry.from) && (!entry.to || lte(version, entry.to));
  if (exactVersion(entry.spec)) return false;
  // A dist-tag may mean any release.
  return validRange(entry.spec) === null || satisfies(version, entry.spec);
}

/** As its author wrote it, for messages. */
export function entryText(value: EntryValue): string {
  if (typeof value === "string") return value;
  const { last, from, to } = value.releases;
  const parts = [last && `last ${last}`, from && `from ${from}`, to && `to ${to}`].filter(Boolean);
  return `releases ${parts.join(", ")}`;
}
