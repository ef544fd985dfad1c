import { BARRIER } from "../../channel/defaults.ts";
import type { BusMessage } from "../../channel/types.ts";
import type { Statement, Value } from "../../flow/types.ts";
import type { TraceRecord } from "../../gateway/gateway.ts";
import type { RecordedRequest } from "../../model/recorder.ts";
import type { Testbed } from "../testbed/testbed.ts";
import { askGateway, type Outside } from "./outside.ts";
import type { Witness, WitnessedCall } from "./witness.ts";

/** Something that a scenario did and that a chain may begin with. `at`: milliseconds since the epoch. */
export type Act =
  | { kind: "message"; at: number; message: BusMessage }
  | { kind: "turn"; at: number; runId: string }
  | { kind: "config"; at: number; byHand: boolean; byInstall?: boolean }
  /** `meddles`: files are changed while no process runs. */
  | { kind: "restart"; at: number; meddles?: boolean }
  | { kind: "update"; at: number; call?: WitnessedCall }
  | { kind: "skill"; at: number; name: string };

/** What is known of an attempt at a scenario, from all sides. */
export interface Account {
  /** The gateway records what it does. */
  isTraced: boolean;
  /** When the scenario, and its step, began, in milliseconds since the epoch. */
  startedAt: number;
  stepAt: number;
  /** Of the process that the scenario began with; undefined where it is not known. */
  bootId?: string | undefined;
  /** Of the gateway since it was started, oldest first. */
  all: readonly TraceRecord[];
  /** Those since the scenario began. */
  records: readonly TraceRecord[];
  /** The gateway's messages. */
  outbound: readonly BusMessage[];
  /** Oldest first. */
  acts: readonly Act[];
  /** What the scripted model was asked, oldest first; undefined with a live one. */
  requests?: readonly RecordedRequest[] | undefined;
  /** What a gateway that records nothing says when it is asked. */
  outside?: Outside | undefined;
}

const TURNS: ReadonlySet<string> = new Set(["agent", "chat.send"]);
const CONFIG_WRITES =
  /^(?:config\.(?:patch|apply|set)|skills\.update|(?:qa\.)?plugins\.(?:setEnabled|install|uninstall|update))$/;
const INSTALLS = /plugins\.(?:install|uninstall|update)$/;
/** Actions that write the config file themselves. */
const HAND_EDITS: ReadonlySet<string> = new Set(["editConfigFile", "editConfig"]);
const RESTARTS: ReadonlySet<string> = new Set([
  "restart",
  "restartAfterStateMutation",
  "signalProcess",
  "stop",
]);
const RESTART_METHODS = /^gateway\.restart/;

/** Puts together what gateway, channel and scenario show. */
export async function accountOf(testbed: Testbed, witness: Witness): Promise<Account> {
  const trace = await testbed.gateway?.trace?.();
  const messages = testbed.bus
    .getSnapshot()
    .messages.filter(({ conversation }) => conversation.id !== BARRIER);
  const { startedAt } = witness;
  const isWritten = (at: number) =>
    !trace || trace.some((record) => record.event === "config-written" && record.at >= at);
  const acts = [
    ...messages.flatMap((message): Act[] =>
      message.direction === "inbound"
        ? [{ kind: "message", at: writtenAt(message, startedAt), message }]
        : [],
    ),
    // Some installs leave the config as it is.
    ...witness.calls
      .flatMap(actOf)
      .filter((act) => act.kind !== "config" || !act.byInstall || isWritten(act.at)),
    ...witness.statements.flatMap(({ statement, at }) => actIn(statement, at)),
    ...(trace ?? []).flatMap(({ event, at }): Act[] =>
      event === "update-requested" && at >= startedAt ? [{ kind: "update", at }] : [],
    ),
  ];
  const all = trace ?? [];
  const records = since(all, startedAt);
  const { gateway } = testbed;
  return {
    startedAt,
    stepAt: witness.stepAt,
    bootId: witness.bootId,
    all,
    // What was forgotten cannot be called missing.
    isTraced: trace !== undefined && !records.some(({ event }) => event === "forgotten"),
    records,
    outbound: messages.filter(({ direction }) => direction === "outbound"),
    acts: acts.toSorted((one, other) => one.at - other.at),
    requests: testbed.model?.requests.filter(({ at }) => at >= startedAt),
    outside: trace === undefined && gateway ? await askGateway(gateway, testbed.log()) : undefined,
  };
}

/** What a statement does without the gateway. */
function actIn(statement: Statement, at: number): Act[] {
  const action = actionOf(statement) ?? "";
  if (HAND_EDITS.has(action)) return [{ kind: "config", at, byHand: true }];
  const name = action === "writeSkill" ? literalOf(statement) : undefined;
  return name === undefined ? [] : [{ kind: "skill", at, name }];
}

/** A parameter of a statement, by default the first one, where it is a literal text. */
export function literalOf(statement: Statement, parameter?: string): string | undefined {
  const params = statement.kind === "action" ? statement.params : [];
  const [, value] = params.find(([name]) => parameter === undefined || name === parameter) ?? [];
  return literalText(value);
}

/** A value that is a text, and stands as such in the scenario. */
export function literalText(value: Value | undefined): string | undefined {
  return value?.kind === "literal" && typeof value.value === "string" ? value.value : undefined;
}

/** A scenario may date its messages as it likes. */
function writtenAt({ timestamp }: BusMessage, startedAt: number): number {
  return timestamp >= startedAt && timestamp <= Date.now() ? timestamp : startedAt;
}

function actOf(call: WitnessedCall): Act[] {
  const { member, method = "", at, runId, noop, failed } = call;
  // A restart that fails may have come as far as the end of the old process.
  if (RESTARTS.has(member)) return [{ kind: "restart", at, meddles: member === "restartAfterStateMutation" }];
  if (failed || noop) return [];
  if (method === "update.run") return [{ kind: "update", at, call }];
  if (TURNS.has(method) && runId !== undefined) return [{ kind: "turn", at, runId }];
  if (CONFIG_WRITES.test(method))
    return [{ kind: "config", at, byHand: false, byInstall: INSTALLS.test(method) }];
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
