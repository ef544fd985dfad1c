import { describe, test } from "vitest";
import { type BrokenSubject, expectFailure } from "./testing/broken.ts";

/**
 * Every scenario has been seen to fail with its subject broken: at the step that is about it, with words that
 * say what is wrong. Most of these wait for a timeout of the scenario, so they run side by side; those that end at
 * once are in faults.test.ts, which runs by day.
 */
const BROKEN: BrokenSubject[] = [
  [
    "plugin-lifecycle-hot-reload",
    "skills-ignore-disabled",
    /switches it off/,
    /disabled is false, expected true/,
  ],
  [
    "plugin-lifecycle-hot-reload",
    "skills-catalogue-stale",
    /switches it on again/,
    /the reply: text is .*, expected contains/,
  ],
  ["plugin-lifecycle-hot-reload", "reload-drop", /switches it off/, /never applied/],
  [
    "plugin-lifecycle-hot-reload",
    "reload-always-restart",
    /hot patch switches it off/,
    /outcome is "restart", expected "hot"/,
  ],
  ["thread-follow-up", "channel-ignore-thread", /own answer/, /threadId is not there, expected "thread-/],
  ["config-patch-hot-apply", "reload-always-restart", /without a restart/, /"restart", expected "hot"/],
  ["skill-install-hot-availability", "skills-watch-off", /eligible soon after/, /is not there, expected/],
  ["skill-visibility-invocation", "skills-watch-off", /status lists both/, /is not there, expected/],
  ["dm-chat-baseline", "channel-drop-outbound", /gets one answer/, /the reply did not come/],
  ["channel-reconnect-dedupe", "channel-duplicate-inbound", /only what is new/, /"BEFORE.*expected "DURING/],
  ["channel-chat-baseline", "channel-ignore-mention", /only the mention/, /message 1 is "CHATTER/],
  ["config-write-safe", "config-accept-invalid", /no gateway starts is refused/, /expected to be refused/],
  ["config-write-safe", "config-lost-update", /one is written/, /written is 3, expected 1/],
  ["config-write-safe", "config-swaps-secrets", /each secret stays/i, /voices\[0\].apiKey is/],
  ["config-edited-by-hand", "config-watch-off", /swap of the mounted/, /never applied/],
  [
    "config-edited-by-hand",
    "config-replaces-link",
    /a client's write goes through/i,
    /expected contains "linked"/,
  ],
  ["dm-routing", "routing-ignored", /two people/i, /expected not contains "ALICE/],
  ["log-redaction", "log-ignores-patterns", /note of a hot patch is logged/, /expected not contains "4711/],
  ["skill-extra-folder", "skills-ignore-dirs", /config names its folder/, /is not there, expected/],
  ["rooms-by-case", "sessions-fold-case", /what is said in one room/i, /expected not contains "ONE/],
  [
    "attached-gateway-smoke",
    "channel-gives-up",
    /account runs and is connected/,
    /channels' accounts: \[0\]/,
  ],
  ["chat-commands", "commands-for-everybody", /stranger's/, /message 1 is .*Restarting/],
  ["model-switch-per-session", "turn-forgets-model", /asks the new model/, /"mock-1", expected "mock-2"/],
  ["picture-reaches-model", "channel-drops-attachments", /message of the channel/, /imageInputCount is 0/],
  ["cron-once-over-restart", "cron-fires-twice", /delivered once/, /came 2 times, expected 1/],
  ["cron-once-over-restart", "cron-forgets-due", /made up for/, /a message did not come/],
  ["silent-answer-asked-again", "turn-takes-silence", /gets its answer/, /the reply did not come/],
  [
    "reaction-edit-delete",
    "message-actions-noop",
    /reaction that it was asked for/,
    /reactions is \[\], expected some/,
  ],
  ["abort-queued-turns", "abort-leaves-queue", /both are aborted/, /runIds.length is 1, expected 2/],
  ["send-again-same-key", "send-key-forgotten", /not run again/, /status is "started", expected "ok"/],
  ["send-again-same-key", "send-key-shared", /two requests/, /status is "ok", expected "started"/],
  [
    "session-store-damaged",
    "sessions-store-not-rebuilt",
    /sessions is empty/,
    /is not there, expected count/,
  ],
  ["tool-call-cut-off", "turn-orphans-calls", /what became of the call/, /model rejected/],
  ["turn-long-limit", "turn-limit-at-once", /is answered/, /could not finish this turn/],
  ["config-env-references", "config-shows-environment", /sees the name/, /basePath is "\/harbour-4711"/],
  ["config-env-references", "reload-env-differs", /without a restart/, /"restart", expected "hot"/],
  ["skill-front-matter", "skills-dashes-end-header", /below its description/, /eligible is true/],
  ["cron-once-over-restart", "cron-idle-after-restart", /due after a restart/, /a message did not come/],
  ["log-redaction", "log-shows-new-secrets", /came into the config/, /the vendor's key KEY-/],
  ["dm-chat-baseline", "transcript-loses-answers", /main session/, /expected "assistant"/],
  ["thread-follow-up", "threads-answered-in-first", /own answer/, /threadId is "thread-/],
];

describe.concurrent("with its subject broken, a scenario fails where it should", () => {
  test.for(BROKEN)("%s, %s", (subject, { onTestFinished }) => expectFailure(subject, onTestFinished));
});
