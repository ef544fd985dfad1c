import { describe, test } from "vitest";
import { type BrokenSubject, expectFailure } from "./testing/broken.ts";

/** As in faults.night.test.ts, for the plugin system. */
const BROKEN: BrokenSubject[] = [
  ["plugin-enable-disable-hot", "plugins-reload-noop", /disable takes them away/, /still offered/],
  [
    "plugin-enable-disable-hot",
    "plugins-skip-dispose",
    /disable takes them away/,
    /waiting for .*service stopped/,
  ],
  ["plugin-enable-disable-hot", "plugins-cut-channels", /nobody else/, /had to connect again/],
  ["plugin-hand-edit-equals-rpc", "reload-drop", /by client and by hand/, /waiting for/],
  ["plugin-bad-among-good", "plugins-reload-noop", /mending the config/, /not true|timed out|almanac/],
  ["plugin-optional-tool-cold", "plugins-load-all", /neither offered nor loaded/, /loaded its plugin/],
  ["plugin-switch", "plugins-reload-noop", /disable takes it away/, /timed out/],
  ["plugin-switch", "plugins-stale-tools", /an enable brings it back/, /waiting for an outbound message/],
  ["plugin-explicit-owner", "plugins-load-all", /nothing is loaded by the start/, /the start loaded/],
  ["plugin-install-rolled-back", "plugin-install-no-rollback", /no trace/, /refused/],
  ["plugin-install-restart", "plugin-install-drops-others", /loaded by the new process/, /installed plugins/],
  [
    "plugin-update-new-source",
    "plugin-update-keeps-source",
    /the new one does/,
    /update answered|still says/,
  ],
  [
    "plugin-uninstall-stays-gone",
    "plugin-uninstall-comes-back",
    /installs and uninstalls|two restarts/,
    /plugin/,
  ],
  ["plugin-chat-commands", "plugins-reload-noop", /disable is hot/, /not true|almanac/],
];

describe.concurrent("with the plugin system broken, a scenario fails where it should", () => {
  test.for(BROKEN)("%s, %s", (subject, { onTestFinished }) => expectFailure(subject, onTestFinished));
});
