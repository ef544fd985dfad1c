import type { BusMessage } from "../../../channel/types.ts";
import type { Statement } from "../../../flow/types.ts";
import type { TraceRecord } from "../../../gateway/gateway.ts";
import { chainText } from "../../../report/chain-text.ts";
import type { Account, Act } from "../account.ts";
import type { Chain } from "../links.ts";
import { sentenceOf } from "../sentences.ts";
import { chainAbout } from "../subject.ts";

export const T0 = 1_000_000;

/** Records, each 5 ms after the one before. */
export function records(...told: [event: string, facts?: TraceRecord["facts"]][]): TraceRecord[] {
  return told.map(([event, facts = {}], index) => ({ at: T0 + 5 * (index + 1), event, facts }));
}

export function message(change: Partial<BusMessage>): BusMessage {
  return {
    id: "m1",
    accountId: "default",
    direction: "inbound",
    conversation: { id: "alice", kind: "direct" },
    senderId: "alice",
    text: "hello",
    timestamp: T0,
    attachments: [],
    reactions: [],
    ...change,
  };
}

export const SAID: Act = { kind: "message", at: T0, message: message({}) };
export const PATCHED: Act = { kind: "config", at: T0, byHand: false };

export function account(all: TraceRecord[], acts: Act[], change: Partial<Account> = {}): Account {
  return { isTraced: true, startedAt: T0, stepAt: T0, all, records: all, outbound: [], acts, ...change };
}

export function statement(action: string, argument = ""): Statement {
  const position = { line: 1, column: 1 };
  const params = [["name", { kind: "literal", value: argument }]] as const;
  return { kind: "action", action, params, position, label: action };
}

export const CALL: Statement = {
  kind: "call",
  path: ["waitForCondition"],
  args: [],
  position: { line: 1, column: 1 },
  label: "call waitForCondition",
};

export const told = (chain: Chain | undefined) => chain && [chainText(chain), sentenceOf(chain)];
export const about = (of: Account, name: string, argument?: string) =>
  told(chainAbout(of, statement(name, argument), true));

export const HASH = { hash: "h" };
export const CHANGE: [string, TraceRecord["facts"]?][] = [
  ["config-written", HASH],
  ["config-noticed", HASH],
  ["config-planned", { ...HASH, kind: "hot", reasons: ["skills.entries"] }],
  ["config-applied", HASH],
];
