import type { Statement, Value } from "../../flow/types.ts";
import { type Account, type Act, actionOf } from "./account.ts";
import { configChain } from "./config.ts";
import type { Chain } from "./links.ts";
import { pluginChain, pluginOfTool } from "./plugin.ts";
import { replyChain } from "./reply.ts";
import { promisedNote, restartChain } from "./restart.ts";

/** What the failure of an action is about; `plugin` and `tool` are named by its main argument. */
type Subject = "message" | "request" | "change" | "plan" | "restart" | "plugin" | "tool" | "call";

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
  expectSkill: "change",
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
  const isWait = waited && (statement.kind === "call" || action === "rpc");
  const chain = chainOfSubject(account, statement, subjectOf(action) ?? (isWait ? "anything" : undefined));
  if (chain?.links.every(({ state }) => state === "unknown")) return undefined;
  const isWrongReply = came && REPLIES.has(action);
  return chain && (isWrongReply || action.startsWith("expectNo")) ? asFarAsItCame(chain) : chain;
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
  const change = acts.findLast((act) => act.kind === "config");
  switch (subject) {
    case "message":
      return messageChain(account, literal(statement, "in"));
    case "request":
      return upTo("model-asked", messageChain(account));
    case "change":
      return change && configChain(account, change);
    case "plan":
      return change && configChain(account, change, true);
    case "restart": {
      const cause = causeOfRestart(account);
      return cause && restartChain(account, cause.at);
    }
    case "plugin":
    case "tool":
      return changedPlugin(account, subject, literal(statement), change);
    case "call":
      return calledTool(account, member(statement, "tool"), member(statement, "plugin"));
    case "anything":
      if (last?.kind === "config") return configChain(account, last);
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
  name: string | undefined,
  act: Extract<Act, { kind: "config" }> | undefined,
): Chain | undefined {
  const change = act && configChain(account, act);
  if (change?.missing !== undefined || name === undefined) return change;
  const id = subject === "tool" ? pluginOfTool(account, name) : name;
  return id === undefined ? change : pluginChain(account, act?.at ?? account.startedAt, id);
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

/** A parameter of a statement, by default the first one, where it is a literal text. */
function literal(statement: Statement, parameter?: string): string | undefined {
  const params = statement.kind === "action" ? statement.params : [];
  const [, value] = params.find(([name]) => parameter === undefined || name === parameter) ?? [];
  return literalText(value);
}

/** What a statement's matcher says that a member is, where that is a literal text. */
function member(statement: Statement, name: string): string | undefined {
  const [, value] = (statement.kind === "action" && statement.params[0]) || [];
  const members = value?.kind === "matcher" && value.matcher.kind === "members" ? value.matcher.members : [];
  const [, found] = members.find(([each]) => each === name) ?? [];
  return found?.kind === "equals" ? literalText(found.value) : undefined;
}

function literalText(value: Value | undefined): string | undefined {
  return value?.kind === "literal" && typeof value.value === "string" ? value.value : undefined;
}
