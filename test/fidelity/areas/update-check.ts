import { createHash, randomUUID } from "node:crypto";
import path from "node:path";
import fc from "fast-check";
import { followChannel, type UpdateChannel } from "../../../fixtures/gateway/src/update/channel.ts";
import {
  type CheckState,
  checkForUpdate,
  type UpdateConfig,
} from "../../../fixtures/gateway/src/update/check.ts";
import type { Area } from "../area.ts";
import { Finding } from "../findings.ts";
import type { Release } from "../release.ts";
import { inTurn, lookUpIn, type Tagged, tag, VERSION, version } from "../updates.ts";

const HOUR_MS = 3_600_000;
const NOW = Date.parse("2026-05-05T12:00:00Z");

/** What is kept, told and installed; both sides are asked without a registry and without a disk. */
export const area: Area = {
  title: "Check for updates",
  async compare(release) {
    if (release.version === VERSION) return [await checkRule(release)];
    return [
      Finding.missing(
        "update campaign",
        "waits until nobody uses the gateway, counts down and can be held; automatic updates here follow 2026.4.26",
      ),
    ];
  },
};

interface Check extends Tagged {
  state: CheckState;
  config: UpdateConfig;
  autoOff: boolean;
  isPackage: boolean;
  fails: boolean;
}

const QUIET: Check = {
  state: {},
  config: {},
  autoOff: false,
  isPackage: true,
  beta: "2026.5.1-beta.1",
  latest: "2026.4.27",
  fails: false,
};
const ago = (hours: number) => new Date(NOW - hours * HOUR_MS).toISOString();
const seen = { autoInstallId: "an-install", autoFirstSeenVersion: "2026.4.27", autoFirstSeenTag: "latest" };
const AUTO = { auto: { enabled: true } };

const CHECKS: readonly Check[] = [
  QUIET,
  { ...QUIET, config: { checkOnStart: false } },
  { ...QUIET, state: { lastCheckedAt: ago(2) } },
  { ...QUIET, isPackage: false, state: { lastAvailableVersion: "2026.4.27", lastAvailableTag: "latest" } },
  { ...QUIET, latest: VERSION, state: { lastAvailableVersion: "2026.4.27", ...seen } },
  { ...QUIET, latest: null },
  { ...QUIET, config: AUTO, state: { ...seen, autoFirstSeenAt: ago(1) } },
  { ...QUIET, config: AUTO, state: { ...seen, autoFirstSeenAt: ago(19) } },
  { ...QUIET, config: AUTO, autoOff: true, state: { ...seen, autoFirstSeenAt: ago(19) } },
  { ...QUIET, config: { auto: { enabled: true, stableDelayHours: 0, stableJitterHours: 0 } }, state: seen },
  { ...QUIET, config: { channel: "beta", ...AUTO } },
  { ...QUIET, config: { channel: "beta", ...AUTO }, fails: true },
  {
    ...QUIET,
    config: { channel: "beta", ...AUTO },
    state: { autoLastAttemptVersion: "2026.5.1-beta.1", autoLastAttemptAt: ago(0.5) },
  },
  { ...QUIET, config: { channel: "dev", ...AUTO } },
];

const time = fc.constantFrom(...[0.1, 0.5, 1, 5, 7, 12, 19, 23, 30].map(ago), "never");
const anyCheck: fc.Arbitrary<Check> = fc.record({
  state: fc.record(
    {
      lastCheckedAt: time,
      lastNotifiedVersion: version,
      lastNotifiedTag: fc.constantFrom("latest", "beta"),
      lastAvailableVersion: version,
      lastAvailableTag: fc.constantFrom("latest", "beta"),
      autoInstallId: fc.string({ minLength: 1 }).filter((text) => text.trim() === text),
      autoFirstSeenVersion: fc.constantFrom("2026.4.27", "2026.4.28"),
      autoFirstSeenTag: fc.constantFrom("latest", "beta"),
      autoFirstSeenAt: time.filter((text) => text !== "never"),
      autoLastAttemptVersion: fc.constantFrom("2026.4.27", "2026.5.1-beta.1"),
      autoLastAttemptAt: time,
    },
    { requiredKeys: ["autoInstallId"] },
  ),
  config: fc.record(
    {
      channel: fc.constantFrom<UpdateChannel>("stable", "beta", "dev"),
      checkOnStart: fc.boolean(),
      auto: fc.record(
        {
          enabled: fc.boolean(),
          stableDelayHours: fc.integer({ min: 0, max: 24 }),
          stableJitterHours: fc.integer({ min: 0, max: 24 }),
          betaCheckIntervalHours: fc.double({ min: 0.1, max: 24, noNaN: true }),
        },
        { requiredKeys: [] },
      ),
    },
    { requiredKeys: [] },
  ),
  autoOff: fc.boolean(),
  isPackage: fc.boolean(),
  beta: tag,
  latest: fc.oneof(fc.constantFrom("2026.4.27", VERSION), tag),
  fails: fc.boolean(),
});

/** What is kept, what clients are told, and what is installed; an install id that is made is only said to be there. */
async function checkRule(release: Release): Promise<Finding> {
  const theirs = await checksOf(release);
  return Finding.rule<Check>("check on start and automatic updates", {
    fixed: CHECKS,
    random: anyCheck,
    theirs,
    async ours(check) {
      const seen = outcome();
      await checkForUpdate(check.state, {
        version: VERSION,
        config: check.config,
        autoOff: check.autoOff,
        now: NOW,
        isPackage: async () => check.isPackage,
        lookUp: lookUpIn(check),
        log: (message) => seen.hints.push(...hintIn(message)),
        available: (update) => {
          seen.available = update;
        },
        write: async (state) => {
          seen.state = withoutRandom({ ...state }, check);
        },
        run: async (channel) => {
          seen.installed.push(channel);
          return check.fails ? "exit code 1" : undefined;
        },
      });
      return seen;
    },
  });
}

interface Outcome {
  state: CheckState | null;
  available: unknown;
  installed: string[];
  hints: string[];
}

const outcome = (): Outcome => ({ state: null, available: null, installed: [], hints: [] });

function hintIn(message: string): string[] {
  return message.startsWith("update available") ? [message.replace(/ Run: .*/, "")] : [];
}

function withoutRandom(state: CheckState, { state: { autoInstallId } }: Check): CheckState {
  return autoInstallId === undefined && state.autoInstallId ? { ...state, autoInstallId: "made" } : state;
}

/** Nothing is known, and no package is installed. */
const EMPTY = {
  fs: { readFile: async () => "{}" },
  isTruthyEnvValue: () => false,
  checkUpdateStatus: async () => ({ installKind: "git" }),
  writeJsonAtomic: async () => {},
};

/** The release's check, with the functions that it calls given. */
async function checksOf(release: Release): Promise<(check: Check) => Promise<unknown>> {
  const names = await release.take<(value: unknown) => unknown>("normalizeUpdateChannel", "update-check");
  Object.assign(globalThis, {
    ...{ createHash, randomUUID, path, VERSION, normalizeUpdateChannel: names },
    compareSemverStrings: await release.take<unknown>("compareSemverStrings", "update-check"),
    normalizeLowercaseStringOrEmpty: String,
    resolveStateDir: () => "/state",
    resolveOpenClawPackageRoot: async () => "/package",
    formatCliCommand: String,
  });
  type Params = Record<string, unknown>;
  const run = await release.takeFromRegions<(params: Params) => Promise<void>>(
    "runGatewayUpdateCheck",
    "update-startup",
    ["src/infra/update-startup.ts"],
  );
  return inTurn(async (check: Check) => {
    const seen = outcome();
    const clock = Date.now;
    const channelOf = (params: { channel: UpdateChannel }) => followChannel(params.channel, lookUpIn(check));
    const log = { info: (message: string) => seen.hints.push(...hintIn(message)) };
    // What was available before is a variable of its module: emptied first, as in a new process.
    Object.assign(globalThis, EMPTY);
    await run({ cfg: { update: AUTO }, allowInTests: true, log });
    seen.hints = [];
    Object.assign(globalThis, {
      fs: { readFile: async () => JSON.stringify(check.state) },
      isTruthyEnvValue: () => check.autoOff,
      checkUpdateStatus: async () => ({ installKind: check.isPackage ? "package" : "git" }),
      resolveNpmChannelTag: channelOf,
      writeJsonAtomic: async (_path: string, state: CheckState) => {
        seen.state = withoutRandom({ ...state }, check);
      },
    });
    Date.now = () => NOW;
    try {
      await run({
        cfg: { update: check.config },
        allowInTests: true,
        log,
        onUpdateAvailableChange: (update: unknown) => {
          seen.available = update;
        },
        runAutoUpdate: async ({ channel }: { channel: string }) => {
          seen.installed.push(channel);
          return { ok: !check.fails, code: check.fails ? 1 : 0 };
        },
      });
      return seen;
    } finally {
      Date.now = clock;
    }
  });
}
