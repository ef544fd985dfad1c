import { describe, test } from "vitest";
import { type BrokenSubject, expectFailure } from "./testing/broken.ts";

/** As in faults.night.test.ts, for the plugin system. */
const BROKEN: BrokenSubject[] = [
  ["plugin-enable-disable-hot", "plugins-reload-noop", /disable removes both/, /is there, and must not be/],
  [
    "plugin-enable-disable-hot",
    "plugins-skip-dispose",
    /disable removes both/,
    /did not come: .*contains "qa-herald service stopped"/,
  ],
  ["plugin-fails-later", "plugin-ends-gateway", /Two plugins fail/, /ended before it was ready: exit code 1/],
  [
    "plugin-linked-folder",
    "plugins-ignore-links",
    /linked plugin is loaded/,
    /runtime.state is "unloaded", expected "active"/,
  ],
  [
    "plugin-linked-folder",
    "plugins-ignore-empty-allow",
    /empty list .* allows all/,
    /runtime.state is "unloaded", expected "active"/,
  ],
  ["plugin-optional-tool", "tools-ignore-policy", /not available by default/, /is there, and must not be/],
  [
    "plugin-optional-tool",
    "plugins-optional-open",
    /another tool's name does not/i,
    /is there, and must not be/,
  ],
  ["plugin-enable-disable-hot", "plugins-cut-channels", /no channel is cut/, /info connected/],
  ["plugin-hand-edit-equals-rpc", "reload-drop", /client switches the plugin/, /never applied/],
  ["plugin-bad-among-good", "plugins-reload-noop", /fixing the config/i, /expected contains "fixed"/],
  [
    "plugin-optional-tool-cold",
    "plugins-load-all",
    /does not load its plugin/,
    /expected not contains "qa-compass"/,
  ],
  ["plugin-switch", "plugins-reload-noop", /disable removes it/, /almanac_edition is there, and must not be/],
  [
    "plugin-switch",
    "plugins-stale-tools",
    /enable brings it back/,
    /not available.*expected contains "edition one"/,
  ],
  [
    "plugin-explicit-owner",
    "plugins-load-all",
    /The start loads nothing/,
    /the plugins loaded: it is .*qa-dormant/,
  ],
  [
    "plugin-install-rolled-back",
    "plugin-install-no-rollback",
    /It is not listed/,
    /is there, and must not be/,
  ],
  [
    "plugin-install-restart",
    "plugin-install-drops-others",
    /turn of the new process/,
    /qa-almanac is not there/,
  ],
  [
    "plugin-update-new-source",
    "plugin-update-keeps-source",
    /the new edition answers/,
    /edition one.*expected contains "edition two"/,
  ],
  [
    "plugin-uninstall-stays-gone",
    "plugin-uninstall-comes-back",
    /installed and uninstalled, each time with a restart/,
    /restartRequired is false, expected true/,
  ],
  [
    "plugin-chat-commands",
    "plugins-reload-noop",
    /disable is hot/,
    /almanac_edition is there, and must not be/,
  ],
  ["plugin-moved", "plugins-old-path-wins", /names the second one/, /expected contains "edition two"/],
  ["plugin-version-changed", "plugin-update-accepts-drift", /is refused/, /"plugin-integrity-drift"/],
  ["plugin-explicit-owner", "activation-ignores-off", /start loads nothing/, /expected \[\]/],
];

describe.concurrent("with the plugin system broken, a scenario fails where it should", () => {
  test.for(BROKEN)("%s, %s", (subject, { onTestFinished }) => expectFailure(subject, onTestFinished));
});
