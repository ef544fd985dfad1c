import { describe, test } from "vitest";
import { type BrokenSubject, expectFailure } from "./testing/broken.ts";

/** As in faults.night.test.ts, for restarts and what they leave behind. */
const BROKEN: BrokenSubject[] = [
  ["restart-switched-off", "restart-always-allowed", /signal is ignored/, /commands.restart is off/],
  ["config-apply-restart-wakeup", "sentinel-untold", /arrives in its thread/, /a message did not come/],
  ["config-apply-restart-wakeup", "channel-ignore-thread", /arrives in its thread/, /threadId is not there/],
  ["config-apply-restart-wakeup", "sentinel-repeated", /is not sent again/, /came 2 times, expected 1/],
  ["restart-promise-and-status", "reload-drop", /announces the restart/, /restart is null, expected/],
  [
    "config-written-before-restart",
    "restart-loses-config",
    /next process has the patch/,
    /groupChat is not there/,
  ],
  ["gateway-restart-inflight-run", "runs-forgotten", /finishes it, once/, /the reply did not come/],
  ["gateway-restart-inflight-run", "runs-recovered-twice", /finishes it, once/, /message 2 is "MARKER-/],
  ["gateway-stop-inflight-run", "runs-forgotten", /finishes it, once/, /a message did not come/],
  ["gateway-restart-keeps-queued-inbound", "runs-forgotten", /once and in order/, /0 of 3 messages came/],
  [
    "gateway-restart-keeps-queued-inbound",
    "runs-recovered-twice",
    /once and in order/,
    /message 2 is "FIRST-/,
  ],
  [
    "restart-forced-during-turn",
    "restart-waits-for-ever",
    /no longer than the limit/,
    /the gateway did not restart/,
  ],
  [
    "restart-deferral-during-turn",
    "restart-ignores-work",
    /the restart waits/,
    /did not come: .*contains "deferring until"/,
  ],
  [
    "restart-sentinel-corrupt",
    "sentinel-corrupt-fatal",
    /each damaged sentinel/,
    /ended before it was ready/,
  ],
  ["supervisor-port-taken", "supervisor-never-gives-up", /exits with 78/, /supervise --port \d+ took longer/],
  ["supervisor-crash-loop", "supervisor-never-gives-up", /then given up/, /supervise took longer/],
  ["config-restart-capability-flip", "reload-drop", /denies it takes it/, /never applied/],
  [
    "config-restart-capability-flip",
    "restart-loses-config",
    /allows it again restarts/,
    /basePath is not there/,
  ],
  ["restart-note-survives-stop", "sentinel-lost-by-stop", /note is sent/, /a message did not come/],
  ["journal-torn-line", "journal-torn-line-loses-all", /such a journal/, /a message did not come/],
  [
    "gateway-restart-keeps-queued-inbound",
    "restart-drops-queue",
    /once and in order/,
    /1 of 3 messages came/,
  ],
  ["restart-sentinel-corrupt", "sentinel-damaged-is-told", /nothing was sent/, /from another version/],
];

describe.concurrent("with restarts broken, a scenario fails where it should", () => {
  test.for(BROKEN)("%s, %s", (subject, { onTestFinished }) => expectFailure(subject, onTestFinished));
});
