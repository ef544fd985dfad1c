import fc from "fast-check";
import type { CronSchedule } from "../../../fixtures/gateway/src/cron/job.ts";
import { nextRunAt } from "../../../fixtures/gateway/src/cron/schedule.ts";
import type { Area } from "../area.ts";
import { Finding } from "../findings.ts";

type NextRun = (schedule: CronSchedule, now: number) => number | undefined;

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

/** When cron jobs are due. */
export const area: Area = {
  title: "Cron",
  async compare(release) {
    const next = await release.take<NextRun>("computeNextRunAtMs", "schedule");
    return [
      await Finding.rule("when a job is due next", {
        fixed: [
          { schedule: { kind: "cron", expr: "30 2 * * *", tz: "Europe/Berlin" }, now: FIXED },
          { schedule: { kind: "every", everyMs: 60_000, anchorMs: FIXED }, now: FIXED },
          { schedule: { kind: "at", at: "2026-03-29" }, now: FIXED },
          { schedule: { kind: "cron", expr: "not one" }, now: FIXED },
        ] as { schedule: CronSchedule; now: number }[],
        random: fc.record({ schedule, now }),
        theirs: ({ schedule, now }) => next(schedule, now),
        ours: ({ schedule, now }) => nextRunAt(schedule, now),
      }),
      Finding.missing(
        "jobs at the top of an hour are spread over five minutes",
        "a test would wait for them",
      ),
      Finding.missing("alerts for failed jobs, webhooks"),
    ];
  },
};
