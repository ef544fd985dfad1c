import fc from "fast-check";
import { RestartScheduler } from "../../../fixtures/gateway/src/restart/scheduler.ts";
import type { Area } from "../area.ts";
import { Finding } from "../findings.ts";

interface Request {
  reason: string;
  delayMs: number;
  skipDeferral?: boolean;
}

type Ticket = Record<string, unknown>;

/** Far enough apart that the milliseconds between two requests change nothing. */
const DELAYS_MS = [20_000, 30_000, 40_000, 50_000];

/** What requests for a restart are answered that come before it is due, the restart of each list on its own. */
export const area: Area = {
  title: "Answers to requests for a restart",
  async compare(release) {
    const isFirst = release.version === "2026.4.26";
    const schedule = await release.take<(request: Request) => Ticket>(
      isFirst ? "scheduleGatewaySigusr1Restart" : "scheduleGatewayRestart",
      "restart",
    );
    const forget = await release.take<() => void>("clearPendingScheduledRestart", "restart");
    // Whoever listens is told by an event, and not by the system.
    for (const signal of ["SIGUSR1", "SIGUSR2"] as const) process.on(signal, () => {});
    const request = fc.record({
      reason: fc.constantFrom("config.patch", "update.run", "plugin"),
      delayMs: fc.constantFrom(...DELAYS_MS),
    });
    const theirs = (requests: Request[]) => {
      const tickets = requests.map((one) => schedule(one));
      forget();
      return tickets.map(rounded);
    };
    // What only another release has is left out of the question.
    const known = Object.keys(theirs([{ reason: "plugin", delayMs: 20_000 }])[0] ?? {});
    const ours = (requests: Request[]) =>
      tickets(requests).map((ticket) =>
        Object.fromEntries(Object.entries(rounded(ticket)).filter(([key]) => known.includes(key))),
      );
    const withoutSignal = (list: Ticket[]) => list.map(({ signal: _, ...ticket }) => ticket);
    return [
      await Finding.rule("tickets", {
        fixed: isFirst ? FIXED : [...FIXED, FORCED],
        random: fc.array(request, { minLength: 1, maxLength: 4 }),
        theirs: (requests) => withoutSignal(theirs(requests)),
        ours: (requests) => withoutSignal(ours(requests)),
      }),
      await Finding.rule("the signal in a ticket", {
        fixed: FIXED.slice(0, 1),
        theirs: (requests) => theirs(requests)[0]?.signal,
        ours: (requests) => ours(requests)[0]?.signal,
      }),
    ];
  },
};

const FIXED: Request[][] = [
  [{ reason: "config.patch", delayMs: 20_000 }],
  [
    { reason: "config.patch", delayMs: 20_000 },
    { reason: "update.run", delayMs: 30_000 },
  ],
  [
    { reason: "config.patch", delayMs: 30_000 },
    { reason: "update.run", delayMs: 20_000 },
  ],
];

/** As in the test of seed 002; the first of the releases cannot be forced. */
const FORCED: Request[] = [
  { reason: "config.patch", delayMs: 20_000 },
  { reason: "update.run", delayMs: 20_000, skipDeferral: true },
];

function tickets(requests: readonly Request[]): Ticket[] {
  const work = { idle: true, describe: () => "", whenIdle: async () => {} };
  const log = { info() {}, warn() {}, error() {} };
  const scheduler = new RestartScheduler({ work, log, deferralTimeoutMs: () => 0, restart() {} });
  try {
    return requests.map((one) => ({ ...scheduler.request(one) }));
  } finally {
    scheduler.cancel();
  }
}

/** Seconds, as some milliseconds lie between two requests; both sides answer in this process. */
function rounded({ delayMs, pid, ...ticket }: Ticket): Ticket {
  return { ...ticket, isHere: pid === process.pid, delayMs: Math.round(Number(delayMs) / 1000) };
}
