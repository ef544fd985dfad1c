import { describe, test } from "vitest";
import { type BrokenSubject, expectFailure } from "./testing/broken.ts";

/** As in faults.night.test.ts, for the plugin system. */
const BROKEN: BrokenSubject[] = [
  ["plugin-enable-disable-hot", "plugins-reload-noop", /disable removes them/, /still available/],
  [
    "plugin-enable-disable-hot",
    "plugins-skip-dispose",
    /disable removes them/,
    /waiting for .*service stopped/,
  ],
  ["plugin-fails-later", "plugin-ends-gateway", /two plugins fail/, /ended before it was ready: exit code 1/],
  ["plugin-linked-folder", "plugins-ignore-links", /both are enabled/, /linked plugin was left out/],
  ["plugin-linked-folder", "plugins-ignore-empty-allow", /both are enabled/, /an empty list allows nothing/],
  ["plugin-optional-tool", "tools-ignore-policy", /not available by default/, /expected nothing there/],
  [
    "plugin-optional-tool",
    "plugins-optional-open",
    /another tool's name does not/i,
    /expected nothing there/,
  ],
  ["plugin-enable-disable-hot", "plugins-cut-channels", /nothing else/, /had to reconnect/],
  ["plugin-hand-edit-equals-rpc", "reload-drop", /by client and by hand/, /waiting for/],
  ["plugin-bad-among-good", "plugins-reload-noop", /fixing the config/, /not true|timed out|almanac/],
  ["plugin-optional-tool-cold", "plugins-load-all", /neither available nor loaded/, /loaded its plugin/],
  ["plugin-switch", "plugins-reload-noop", /disable removes it/, /almanac_edition: .*expected nothing there/],
  [
    "plugin-switch",
    "plugins-stale-tools",
    /enable brings it back/,
    /not available.*expected contains "edition one"/,
  ],
  ["plugin-explicit-owner", "plugins-load-all", /the start loads nothing/, /the start loaded/],
  ["plugin-install-rolled-back", "plugin-install-no-rollback", /it is not listed/, /refused/],
  ["plugin-install-restart", "plugin-install-drops-others", /loaded by the new process/, /installed plugins/],
  [
    "plugin-update-new-source",
    "plugin-update-keeps-source",
    /the new edition answers/,
    /edition one.*expected contains "edition two"/,
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
