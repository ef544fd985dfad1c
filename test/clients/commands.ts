import assert from "node:assert/strict";
import type { CliRun } from "./release-cli.ts";

/** A command of the releases, and what it prints when the gateway answers it as a release does. */
interface Command {
  args: readonly string[];
  /** Releases whose command asks the gateway, where others read files of their own; default: all. */
  releases?: readonly string[];
  /** Besides exit code 0. @throws AssertionError */
  check(run: CliRun): void;
}

const prints =
  (...patterns: RegExp[]): Command["check"] =>
  ({ stdout }) => {
    for (const pattern of patterns) assert.match(stdout, pattern);
  };

const json =
  (check: (value: Record<string, unknown>) => void): Command["check"] =>
  ({ stdout }) =>
    // A line of the program itself may come before.
    check(JSON.parse(stdout.slice(Math.max(0, stdout.search(/^[{[]/m)))));

/** A skill that the gateway's agent has, for `skills list`. */
export const SKILL = "---\nname: for-clients\ndescription: Seen by clients.\n---\n\nNothing to do.\n";

/** Run in this order, on one gateway whose agent is `qa`: the later ones see what the earlier ones did. */
export const COMMANDS: readonly Command[] = [
  { args: ["gateway", "call", "health", "--json"], check: json(({ ok }) => assert.equal(ok, true)) },
  {
    args: ["health", "--json"],
    check: json(({ ok, defaultAgentId }) => assert.deepEqual([ok, defaultAgentId], [true, "qa"])),
  },
  { args: ["agent", "--agent", "qa", "--message", "Reply exactly: pong"], check: prints(/^pong$/m) },
  {
    args: ["agent", "--agent", "qa", "--message", "Reply exactly: pong two", "--json"],
    check: json(({ status, result }) => {
      assert.equal(status, "ok");
      assert.match(JSON.stringify(result), /pong two/);
    }),
  },
  {
    args: ["agent", "--session-id", "of-the-client", "--message", "Reply exactly: mine"],
    check: prints(/^mine$/m),
  },
  { args: ["logs", "--limit", "50", "--plain"], check: prints(/listening on ws:/) },
  { args: ["status"], check: prints(/Gateway\s.*reachable \d/, /Gateway self/) },
  { args: ["gateway", "probe"], check: prints(/Reachable: yes/, /Read probe: ok/) },
  {
    args: ["channels", "status", "--probe"],
    check: prints(/Gateway reachable/, /qa-channel default: .*connected/),
  },
  { args: ["skills", "list"], releases: ["2026.9.6"], check: prints(/for-clients/) },
  { args: ["models", "list"], releases: ["2026.9.6"], check: prints(/^mock\/mock-1 /m) },
  { args: ["system", "event", "--text", "a client was here", "--mode", "now"], check: prints(/^ok$/m) },
  { args: ["system", "presence"], check: prints(/"mode": "gateway"/) },
  { args: ["system", "heartbeat", "last"], check: prints(/"reason": "wake"/) },
  { args: ["nodes", "status"], check: prints(/Known: 0/) },
  { args: ["nodes", "list"], check: prints(/Pending: 0 · Paired: 0/) },
  { args: ["devices", "list"], check: prints(/No device pairing entries/) },
  { args: ["approvals", "get", "--gateway"], check: prints(/exec-approvals\.json/) },
  { args: ["gateway", "usage-cost"], check: prints(/Usage cost \(30 days\)/) },
  { args: ["cron", "list"], check: prints(/No (cron jobs|automations)/) },
];

/** @throws AssertionError when a command did not end well */
export function assertWell({ check }: Command, run: CliRun): void {
  const said = `${run.stderr}\n${run.stdout}`.trim();
  assert.equal(run.exitCode, 0, `exit code ${run.exitCode}: ${said.slice(0, 300)}`);
  check(run);
}
