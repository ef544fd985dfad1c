import { BARRIER } from "../../actions/scene/scene.ts";
import type { BusMessage } from "../../channel/types.ts";
import type { Statement } from "../../flow/types.ts";
import type { TraceRecord } from "../../gateway/gateway.ts";
import type { Testbed } from "../testbed/testbed.ts";
import type { Witness, WitnessedCall } from "./witness.ts";

/** Something that a scenario did and that a chain may begin with. `at`: milliseconds since the epoch. */
export type Act =
  | { kind: "message"; at: number; message: BusMessage }
  | { kind: "turn"; at: number; runId: string }
  | { kind: "config"; at: number; byHand: boolean }
  | { kind: "restart"; at: number };

/** What is known of an attempt at a scenario, from all sides. */
export interface Account {
  /** The gateway records what it does. */
  isTraced: boolean;
  /** When the scenario began, in milliseconds since the epoch. */
  startedAt: number;
  /** Of the gateway since it was started, oldest first. */
  all: readonly TraceRecord[];
  /** Those since the scenario began. */
  records: readonly TraceRecord[];
  /** The gateway's messages. */
  outbound: readonly BusMessage[];
  /** Oldest first. */
  acts: readonly Act[];
}

const TURNS: ReadonlySet<string> = new Set(["agent", "chat.send"]);
const CONFIG_WRITES =
  /^(?:config\.(?:patch|apply|set)|skills\.update|(?:qa\.)?plugins\.(?:setEnabled|install|uninstall|update))$/;
/** Actions that write the config file themselves. */
const HAND_EDITS: ReadonlySet<string> = new Set(["editConfigFile", "editConfig"]);
const RESTARTS: ReadonlySet<string> = new Set([
  "restart",
  "restartAfterStateMutation",
  "signalProcess",
  "stop",
]);
const RESTART_METHODS = /^(?:gateway\.restart|update\.run)/;

/** Puts together what gateway, channel and scenario show. */
export async function accountOf(testbed: Testbed, witness: Witness): Promise<Account> {
  const trace = await testbed.gateway?.trace?.();
  const messages = testbed.bus
    .getSnapshot()
    .messages.filter(({ conversation }) => conversation.id !== BARRIER);
  const { startedAt } = witness;
  const acts = [
    ...messages.flatMap((message): Act[] =>
      message.direction === "inbound"
        ? [{ kind: "message", at: writtenAt(message, startedAt), message }]
        : [],
    ),
    ...witness.calls.flatMap(actOf),
    ...witness.statements.flatMap(({ statement, at }): Act[] =>
      HAND_EDITS.has(actionOf(statement) ?? "") ? [{ kind: "config", at, byHand: true }] : [],
    ),
  ];
  const all = trace ?? [];
  const records = since(all, startedAt);
  return {
    startedAt,
    all,
    // What was forgotten cannot be called missing.
    isTraced: trace !== undefined && !records.some(({ event }) => event === "forgotten"),
    records,
    outbound: messages.filter(({ direction }) => direction === "outbound"),
    acts: acts.toSorted((one, other) => one.at - other.at),
  };
}

/** A scenario may date its messages as it likes. */
function writtenAt({ timestamp }: BusMessage, startedAt: number): number {
  return timestamp >= startedAt && timestamp <= Date.now() ? timestamp : startedAt;
}

function actOf({ member, method = "", at, runId, noop, failed }: WitnessedCall): Act[] {
  // A restart that fails may have come as far as the end of the old process.
  if (RESTARTS.has(member)) return [{ kind: "restart", at }];
  if (failed || noop) return [];
  if (TURNS.has(method) && runId !== undefined) return [{ kind: "turn", at, runId }];
  if (CONFIG_WRITES.test(method)) return [{ kind: "config", at, byHand: false }];
  return RESTART_METHODS.test(method) ? [{ kind: "restart", at }] : [];
}

/** The name of the action that a statement calls. */
export function actionOf(statement: Statement): string | undefined {
  if (statement.kind === "action") return statement.action;
  return statement.kind === "call" ? statement.path.join(".") : undefined;
}

/** The records from a time on. */
export function since(records: readonly TraceRecord[], at: number): readonly TraceRecord[] {
  return records.filter((record) => record.at >= at);
}

/** The first record of an event with these facts. */
export function first(
  records: readonly TraceRecord[],
  event: string,
  wanted: Readonly<Record<string, unknown>> = {},
): TraceRecord | undefined {
  return records.find(
    (record) =>
      record.event === event && Object.entries(wanted).every(([name, value]) => record.facts[name] === value),
  );
}
