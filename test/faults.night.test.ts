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
  ["plugin-lifecycle-hot-reload", "reload-drop", /switches it off/, /accepted the change and never applied/],
  [
    "plugin-lifecycle-hot-reload",
    "reload-always-restart",
    /hot patch switches it off/,
    /outcome is "restart", expected "hot"/,
  ],
  ["thread-follow-up", "channel-ignore-thread", /own answer/, /threadId is not there, expected "thread-/],
  ["config-patch-hot-apply", "reload-always-restart", /without a restart/, /"restart", expected "hot"/],
  ["skill-install-hot-availability", "skills-watch-off", /eligible soon after/, /it is not there, expected/],
  ["skill-visibility-invocation", "skills-watch-off", /status lists both/, /it is not there, expected/],
  ["dm-chat-baseline", "channel-drop-outbound", /answers two messages/, /waiting for an outbound message/],
  ["channel-reconnect-dedupe", "channel-duplicate-inbound", /only what is new/, /"BEFORE.*expected "DURING/],
  ["channel-chat-baseline", "channel-ignore-mention", /only the mention/, /message 1 is "CHATTER/],
  ["config-write-safe", "config-accept-invalid", /no gateway starts with/, /an empty config: accepted/],
  ["config-write-safe", "config-lost-update", /one of several writers/, /not one of three was accepted/],
  ["config-write-safe", "config-swaps-secrets", /each secret stays/, /the secret of another one/],
  ["config-edited-by-hand", "config-watch-off", /each way of replacing/, /old config is still in force/],
  ["config-edited-by-hand", "config-replaces-link", /a client's write goes through/, /replaced the link/],
  ["dm-routing", "routing-ignored", /two people/, /reads what alice said/],
  ["log-redaction", "log-ignores-patterns", /a note is logged/i, /expected not contains "4711/],
  ["skill-extra-folder", "skills-ignore-dirs", /config names its folder/, /it is not there, expected/],
  ["rooms-by-case", "sessions-fold-case", /what is said in one room/, /reads what was said in the first/],
  ["attached-gateway-smoke", "channel-gives-up", /account is connected/, /not connected: qa-channel/],
  ["chat-commands", "commands-for-everybody", /stranger's/, /message 1 is .*Restarting/],
  ["model-switch-per-session", "turn-forgets-model", /asks the new model/, /"mock-1", expected "mock-2"/],
  ["picture-reaches-model", "channel-drops-attachments", /message of the channel/, /imageInputCount is 0/],
  ["cron-once-over-restart", "cron-fires-twice", /delivered once/, /the reminder came 2 times/],
  ["cron-once-over-restart", "cron-forgets-due", /made up for/, /waiting for an outbound message/],
  ["silent-answer-asked-again", "turn-takes-silence", /gets its answer/, /the reply did not come/],
  ["reaction-edit-delete", "message-actions-noop", /changes it on the channel/, /reaction is not on/],
];

describe.concurrent("with its subject broken, a scenario fails where it should", () => {
  test.for(BROKEN)("%s, %s", (subject, { onTestFinished }) => expectFailure(subject, onTestFinished));
});
