import fc from "fast-check";
import { changed, checkJob, type JobPatch } from "../../../fixtures/gateway/src/cron/changes.ts";
import type { CronJob, CronSchedule, CronState } from "../../../fixtures/gateway/src/cron/job.ts";
import { normalJob, normalPatch } from "../../../fixtures/gateway/src/cron/normalize.ts";
import { nextRunAt } from "../../../fixtures/gateway/src/cron/schedule.ts";
import type { Area } from "../area.ts";
import { Finding } from "../findings.ts";
import type { Release } from "../release.ts";

type Job = Pick<CronJob, "id" | "enabled" | "schedule" | "state" | "createdAtMs">;
type NextRun = (job: Job, now: number) => number | undefined;
type Normalize = (raw: object, options?: object) => unknown;
type ApplyPatch = (job: CronJob, patch: JobPatch, options: object) => void;

const EVERY: CronSchedule = { kind: "every", everyMs: 60_000 };
const FIXED = Date.UTC(2026, 2, 29, 0, 30, 15, 250);
const now = fc.integer({ min: Date.UTC(2024, 0, 1), max: Date.UTC(2030, 0, 1) });
const field = (most: number) => fc.oneof(fc.constant("*"), fc.constant("*/7"), fc.nat(most).map(String));
const expr = fc
  .tuple(
    field(59),
    field(23),
    fc.constantFrom("*", "1", "31", "L"),
    fc.constantFrom("*", "2", "1-6"),
    field(6),
  )
  .map((fields) => fields.join(" "));
const zone = fc.constantFrom("UTC", "Europe/Berlin", "America/New_York", "Asia/Kolkata");
const schedule: fc.Arbitrary<CronSchedule> = fc.oneof(
  fc.record({ kind: fc.constant("cron" as const), expr, tz: zone }),
  fc.record({
    kind: fc.constant("every" as const),
    everyMs: fc.integer({ min: 1, max: 10_000_000 }),
    anchorMs: now,
  }),
  fc.record({
    kind: fc.constant("at" as const),
    at: fc.oneof(
      now.map((at) => new Date(at).toISOString()),
      now.map((at) => new Date(at).toISOString().slice(0, 19)),
      now.map(String),
      fc.constantFrom("2026-03-29", "tomorrow", "", "2026-03-29T02:30:00+01:00"),
    ),
  }),
);

const state: fc.Arbitrary<CronState> = fc.record(
  { lastStatus: fc.constantFrom("ok", "error", "skipped"), lastRunAtMs: now },
  { requiredKeys: [] },
);
/** Without what spreads jobs over time: that is a row of its own. */
function jobOf(schedule: CronSchedule, more: Partial<Job> = {}): Job {
  const still = schedule.kind === "cron" ? { ...schedule, staggerMs: 0 } : schedule;
  return { id: "a", enabled: true, createdAtMs: FIXED, state: {}, ...more, schedule: still };
}

const word = fc.constantFrom(
  "",
  " ",
  "main",
  " Main ",
  "isolated",
  "current",
  "session:a",
  "Session: B c ",
  "x",
);
const said = fc.constantFrom(
  "",
  "  ",
  "Say ping.",
  " two\nlines ",
  `${"long ".repeat(20)}`,
  `${"x".repeat(58)}😀😀`,
);
const list = fc.constantFrom([], ["read"], [" read ", ""], [""], null, "read", [1]);
const odd = fc.constantFrom<unknown>(true, "true", "FALSE", " false ", "x", 1, null);
const time = fc.constantFrom<unknown>("2026-03-29", "1774744215250", "soon", " ", 1774744215250);
const number = fc.constantFrom<unknown>(-1, 0, 1.5, 60_000, "7", "x");
const turn = {
  ...{ message: said, text: said, model: said, thinking: said, timeoutSeconds: number },
  ...{ fallbacks: list, toolsAllow: list, lightContext: fc.boolean(), allowUnsafeExternalContent: odd },
};
const times = { at: time, atMs: time, everyMs: number, anchorMs: number, tz: said, staggerMs: number };
const expression = fc.constantFrom("5 4 * * *", " 5 4 * * * ", "");
const some = (model: Record<string, fc.Arbitrary<unknown>>) => fc.record(model, { requiredKeys: [] });
const givenJob = some({
  ...turn,
  ...times,
  ...{ expr: expression, cron: expression, tools: list, session: word, sessionTarget: word },
  kind: fc.constantFrom("at", "EVERY", "cron", "agentTurn"),
  schedule: fc.oneof(
    fc.constant("x"),
    some({
      ...times,
      ...{ kind: fc.constantFrom("at", " Every", "CRON", "x"), expr: expression, cron: expression },
    }),
  ),
  payload: some({
    ...turn,
    ...{ kind: fc.constantFrom("agentTurn", "AGENTTURN", " systemevent", "x", ""), to: said, deliver: odd },
  }),
  delivery: some({
    mode: fc.constantFrom("deliver", "Announce", "none", "x"),
    channel: said,
    to: said,
    bestEffort: odd,
  }),
  ...{
    name: said,
    agentId: fc.constantFrom(null, "", "Main", " a b! ", "-", 1),
    sessionKey: fc.constantFrom(null, " a ", ""),
  },
  ...{
    enabled: odd,
    wakeMode: fc.constantFrom("now", " NOW", "next-heartbeat", "x"),
    deleteAfterRun: fc.boolean(),
  },
});
const FLAT = { everyMs: 60_000, message: "Say ping." };

const payloadPatch = fc.oneof(
  some({ message: fc.constantFrom("", "new"), model: said, toolsAllow: fc.constantFrom(null, ["read"]) }).map(
    (more) => ({ ...more, kind: "agentTurn" }),
  ),
  some({ text: fc.constantFrom("", "new") }).map((more) => ({ ...more, kind: "systemEvent" })),
);
const patch = some({
  ...{
    name: fc.constantFrom("b", " "),
    payload: payloadPatch,
    agentId: fc.constantFrom(null, "main", "other"),
  },
  sessionTarget: fc.constantFrom("main", "isolated", "current", "session:a", "session:../x"),
  delivery: some({
    mode: fc.constantFrom("none", "announce"),
    to: fc.constant("room"),
    bestEffort: fc.boolean(),
  }),
}) as fc.Arbitrary<JobPatch>;
const whole = fc.constantFrom<Partial<CronJob>>(
  { sessionTarget: "main", payload: { kind: "systemEvent", text: "old" } },
  { sessionTarget: "isolated", payload: { kind: "agentTurn", message: "old", toolsAllow: ["write"] } },
  {
    ...{ sessionTarget: "isolated", payload: { kind: "agentTurn", message: "old" } },
    delivery: { mode: "announce", to: "old" },
  },
);

/** When cron jobs are due, and what callers may say of them. */
export const area: Area = {
  title: "Cron",
  async compare(release) {
    const next = await release.take<NextRun>("computeJobNextRunAtMs", "jobs", "jobs-scheduling");
    const isSeeds = release.version === "2026.4.26";
    return [
      await Finding.rule("when a job is due next", {
        fixed: [
          { job: jobOf({ kind: "cron", expr: "30 2 * * *", tz: "Europe/Berlin" }), now: FIXED },
          { job: jobOf({ kind: "every", everyMs: 60_000, anchorMs: FIXED }), now: FIXED },
          { job: jobOf({ kind: "at", at: "2026-03-29" }), now: FIXED },
          { job: jobOf({ kind: "at", at: String(FIXED) }), now: FIXED + 30_000 },
          { job: jobOf({ kind: "cron", expr: "not one" }), now: FIXED },
        ],
        random: fc.record({
          job: fc
            .record({ schedule, state, enabled: fc.boolean() })
            .map(({ schedule, ...more }) => jobOf(schedule, more)),
          now,
        }),
        theirs: ({ job, now }) => next(job, now),
        ours: ({ job, now }) => nextRunAt(job, now),
      }),
      ...(isSeeds ? await givenJobs(release) : []),
      Finding.missing(
        "jobs at the top of an hour are spread over five minutes",
        "a test would wait for them",
      ),
      Finding.missing("alerts for failed jobs, webhooks"),
    ];
  },
};

async function givenJobs(release: Release): Promise<Finding[]> {
  const create = await release.take<Normalize>("normalizeCronJobCreate", "normalize");
  const patched = await release.take<Normalize>("normalizeCronJobPatch", "normalize");
  const apply = await release.take<ApplyPatch>("applyJobPatch", "jobs");
  const job = (given: Partial<CronJob>) =>
    ({ ...jobOf(EVERY), name: "a", wakeMode: "now", updatedAtMs: 0, ...given }) as CronJob;
  return [
    await Finding.rule("a job as callers give it", {
      fixed: [FLAT, { ...FLAT, sessionTarget: "current" }, { job: FLAT }, { sessionTarget: "session:../x" }],
      random: givenJob,
      theirs: (given) => create(given, { sessionContext: { sessionKey: "agent:main:a" } }),
      ours: (given) => normalJob(given, "agent:main:a"),
    }),
    await Finding.rule("changes of a job as callers give them", {
      fixed: [FLAT, { data: FLAT }],
      random: givenJob,
      theirs: (given) => patched(given),
      ours: (given) => normalPatch(given),
    }),
    await Finding.rule("a job with its changes", {
      fixed: [
        {
          old: { sessionTarget: "main", payload: { kind: "systemEvent", text: "old" } },
          patch: { payload: { kind: "agentTurn" } },
        },
      ] as { old: Partial<CronJob>; patch: JobPatch }[],
      random: fc.record({ old: whole, patch }),
      theirs({ old, patch }) {
        const copy = job(old);
        apply(copy, patch, { defaultAgentId: "main" });
        return { ...copy, updatedAtMs: 0 };
      },
      ours({ old, patch }) {
        const after = changed(job(old), patch);
        checkJob(after, {});
        return { ...after, updatedAtMs: 0 };
      },
    }),
  ];
}
