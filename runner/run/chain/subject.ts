import type { Statement } from "../../flow/types.ts";
import { type Account, type Act, actionOf, literalOf, literalText } from "./account.ts";
import { configChain } from "./config.ts";
import type { Chain } from "./links.ts";
import { pluginChain, pluginOfTool } from "./plugin.ts";
import { replyChain } from "./reply.ts";
import { promisedNote, restartChain } from "./restart.ts";
import { skillChain } from "./skill.ts";
import { updateChain } from "./update.ts";

/** What the failure of an action is about; `plugin` and `tool` are named by its main argument. */
type Subject =
  | "message"
  | "request"
  | "change"
  | "plan"
  | "restart"
  | "update"
  | "plugin"
  | "tool"
  | "call"
  | "skill";

/** By the name of the action, of statements and of the older forms alike. */
const SUBJECTS: Readonly<Record<string, Subject>> = {
  ask: "message",
  expectHistory: "message",
  expectMessage: "message",
  expectMessages: "message",
  expectNoMessage: "message",
  expectNoReply: "message",
  expectReply: "message",
  expectTurn: "message",
  runAgentPrompt: "message",
  waitForAgentRun: "message",
  waitForNoOutbound: "message",
  expectModelRequest: "request",
  expectNoModelRequest: "request",
  waitForModelRequest: "request",
  waitForOutboundMessage: "message",
  expectConfig: "change",
  expectSkill: "skill",
  applyConfig: "plan",
  editConfig: "plan",
  expectNoReload: "plan",
  expectReload: "plan",
  patchConfig: "plan",
  expectNoRestart: "restart",
  expectRestart: "restart",
  restartGateway: "restart",
  restartGatewayWithConfigPatch: "restart",
  stopAndStart: "restart",
  waitForRestart: "restart",
  expectUpdate: "update",
  expectPlugin: "plugin",
  expectPluginLoads: "plugin",
  expectTool: "tool",
  expectPluginCall: "call",
};

/** Those that judge the next message, whatever it is. */
const REPLIES: ReadonlySet<string> = new Set(["ask", "expectReply", "keepAsking"]);

/**
 * The chain that a failed statement is about, as far as that can be known.
 * @param waited it waited in vain: a call that no name ties to a chain is then about the last thing that the scenario did
 * @param came it has seen something that is not as expected: a reply, for instance to what was said before, is not missing
 */
export function chainAbout(
  account: Account,
  statement: Statement,
  waited: boolean,
  came = false,
): Chain | undefined {
  const action = actionOf(statement) ?? "";
  if (action === "rpc" && literalOf(statement) === "config.get")
    return chainOfSubject(account, statement, "change");
  const isWait = waited && (statement.kind === "call" || action === "rpc");
  const chain = chainOfSubject(account, statement, subjectOf(action) ?? (isWait ? "anything" : undefined));
  if (chain?.links.every(({ state }) => state === "unknown")) return undefined;
  // What acts and is answered, or not refused, otherwise than expected was answered.
  const isAnswered =
    statement.kind === "action" &&
    (statement.error !== undefined || (came && statement.answer !== undefined));
  const isWrong = came && (REPLIES.has(action) || hasEnough(account, statement));
  return chain && (isWrong || isAnswered || action.startsWith("expectNo")) ? asFarAsItCame(chain) : chain;
}

/** Whether as many messages came as a closed list of them has. */
function hasEnough({ outbound, startedAt }: Account, statement: Statement): boolean {
  if (statement.kind !== "action" || statement.action !== "expectMessages") return false;
  const [, wanted] = statement.params[0] ?? [];
  const came = outbound.filter(({ timestamp }) => timestamp >= startedAt);
  return wanted?.kind === "list" && came.length >= wanted.items.length;
}

/** What an action is about; undefined where its name does not say. */
export function subjectOf(action: string): Subject | undefined {
  return Object.hasOwn(SUBJECTS, action) ? SUBJECTS[action] : undefined;
}

function chainOfSubject(
  account: Account,
  statement: Statement,
  subject: Subject | "anything" | undefined,
): Chain | undefined {
  const { acts } = account;
  const last = acts.at(-1);
  const change = lastChange(account);
  switch (subject) {
    case "message":
      return messageChain(account, literalOf(statement, "in"));
    case "request":
      return upTo("model-asked", messageChain(account));
    case "change":
      return change && configChain(account, change);
    case "plan":
      return change && configChain(account, change, true);
    case "skill": {
      const name = literalOf(statement);
      const written = acts.findLast((act) => act.kind === "skill" && act.name === name);
      const isLater = written?.kind === "skill" && !(change && change.at > written.at);
      if (isLater && !wantsAbsence(statement)) return skillChain(account, written);
      return change && configChain(account, change);
    }
    case "update": {
      const act = acts.findLast((each) => each.kind === "update");
      return act ? updateChain(account, act) : messageChain(account);
    }
    case "restart": {
      const update = acts.findLast((each) => each.kind === "update");
      const cause = causeOfRestart(account);
      if (update && update.at >= (cause?.at ?? 0)) return updateChain(account, update);
      return cause && restartChain(account, cause.at);
    }
    case "plugin":
    case "tool":
      return changedPlugin(account, subject, statement, change);
    case "call":
      return calledTool(account, member(statement, "tool"), member(statement, "plugin"));
    case "anything":
      if (last?.kind === "config") return configChain(account, last);
      if (last?.kind === "update") return updateChain(account, last);
      return last?.kind === "restart" ? restartChain(account, last.at) : messageChain(account);
    default:
      return undefined;
  }
}

/**
 * Of the last message or turn, unless the note about a later restart is awaited.
 * @param room only what was written there
 */
function messageChain(account: Account, room?: string): Chain | undefined {
  const { acts } = account;
  const last = acts.at(-1);
  if (last?.kind === "update") return updateChain(account, last, true);
  if (last && !isSaid(last) && promisedNote(account, last.at)) return restartChain(account, last.at);
  const said =
    acts.filter(isSaid).findLast((act) => act.kind === "message" && act.message.conversation.id === room) ??
    acts.findLast(isSaid);
  return said && replyChain(account, said);
}

/** What the last restart is due to; where none was asked for, what was to cause one. */
function causeOfRestart({ acts, records }: Account): Act | undefined {
  const wanted = acts.findLast(({ kind }) => kind === "config" || kind === "restart") ?? acts.at(-1);
  const asked = records.findLast(({ event }) => event === "restart-requested" || event === "stopped");
  if (!asked || (wanted && wanted.at > asked.at)) return wanted;
  const requested = records.findLast(({ event, at }) => event === "restart-requested" && at <= asked.at);
  const at = (requested ?? asked).at;
  return acts.findLast((act) => act.at <= at) ?? wanted;
}

function isSaid(act: Act): act is Extract<Act, { kind: "message" | "turn" }> {
  return act.kind === "message" || act.kind === "turn";
}

/** A change that did not get through comes before the plugin that it was to change. */
function changedPlugin(
  account: Account,
  subject: "plugin" | "tool",
  statement: Statement,
  act: ConfigAct | undefined,
): Chain | undefined {
  const name = literalOf(statement);
  const change = act && configChain(account, act);
  if (change?.missing !== undefined || name === undefined) return change;
  const id = subject === "tool" ? pluginOfTool(account, name) : name;
  if (id === undefined) return change;
  const chain = pluginChain(account, act?.at ?? account.startedAt, id);
  return wantsAbsence(statement) ? asFarAsItCame(chain) : chain;
}

type ConfigAct = Extract<Act, { kind: "config" }>;

/** Of the scenario's own; without one, what something else has written because of it. */
function lastChange({ acts, records }: Account): ConfigAct | undefined {
  const own = acts.findLast((act) => act.kind === "config");
  const written = records.findLast(({ event }) => event === "config-written");
  const isDueToWords = acts.findLast((act) => act.at <= (written?.at ?? 0))?.kind === "message";
  if (written && isDueToWords && !(own && own.at > written.at))
    return { kind: "config", at: written.at, byHand: false };
  return own;
}

/** Links whose lack need not be why something else fails. */
const HARMLESS: ReadonlySet<string> = new Set(["written", "planned"]);

/** The chain of a change in the statement's own step that did not get through, whatever the statement is about. */
export function brokenChange(account: Account): Chain | undefined {
  const change = lastChange(account);
  if (!change || change.at < account.stepAt) return undefined;
  const chain = configChain(account, change);
  // That one was refused may be what the scenario is about, and not everything that may write the config does.
  return chain.missing === undefined || HARMLESS.has(chain.missing) ? undefined : chain;
}

/** Whether it is expected that there is nothing. */
function wantsAbsence(statement: Statement): boolean {
  const params = statement.kind === "action" ? statement.params : [];
  const value = params.find(([name]) => name === "is")?.[1];
  if (value?.kind !== "matcher" || value.matcher.kind !== "exists") return false;
  const wanted = value.matcher.value;
  return wanted.kind === "literal" && wanted.value === false;
}

/** Without a turn that asked the model, the turn is what is missing. */
function calledTool(
  account: Account,
  tool: string | undefined,
  plugin: string | undefined,
): Chain | undefined {
  const id = tool === undefined ? plugin : (pluginOfTool(account, tool) ?? plugin);
  const hasAsked = account.records.some(({ event }) => event === "model-asked");
  if (id === undefined || (account.isTraced && !hasAsked)) return upTo("model-asked", messageChain(account));
  return pluginChain(account, account.startedAt, id, tool);
}

/** What comes after a link does not matter. */
function upTo(last: string, chain: Chain | undefined): Chain | undefined {
  if (!chain) return undefined;
  const links = chain.links.slice(0, chain.links.findIndex(({ link }) => link === last) + 1);
  const { missing, ...others } = chain;
  const isAmong = links.some(({ link }) => link === missing);
  return { ...others, links, ...(isAmong && missing !== undefined ? { missing } : {}) };
}

/** Nothing is missing where something came that should not have, or should have been another. */
function asFarAsItCame({ missing: _missing, links, ...chain }: Chain): Chain {
  return { ...chain, links: links.filter(({ state }) => state === "happened") };
}

/** What a statement's matcher says that a member is, where that is a literal text. */
function member(statement: Statement, name: string): string | undefined {
  const [, value] = (statement.kind === "action" && statement.params[0]) || [];
  const members = value?.kind === "matcher" && value.matcher.kind === "members" ? value.matcher.members : [];
  const [, found] = members.find(([each]) => each === name) ?? [];
  return found?.kind === "equals" ? literalText(found.value) : undefined;
}
