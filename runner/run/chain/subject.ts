import type { Statement } from "../../flow/types.ts";
import { type Account, type Act, actionOf } from "./account.ts";
import { configChain } from "./config.ts";
import type { Chain } from "./links.ts";
import { pluginChain, pluginOfTool } from "./plugin.ts";
import { replyChain } from "./reply.ts";
import { promisedNote, restartChain } from "./restart.ts";

/** What the failure of an action is about; `plugin` and `tool` are named by its main argument. */
type Subject = "message" | "request" | "change" | "plan" | "restart" | "plugin" | "tool";

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
};

/**
 * The chain that a failed statement is about, as far as that can be known.
 * @param waited it waited in vain: a call that no name ties to a chain is then about the last thing that the scenario did
 */
export function chainAbout(account: Account, statement: Statement, waited: boolean): Chain | undefined {
  const action = actionOf(statement) ?? "";
  const isWait = waited && (statement.kind === "call" || action === "rpc");
  const chain = chainOfSubject(account, statement, subjectOf(action) ?? (isWait ? "anything" : undefined));
  if (chain?.links.every(({ state }) => state === "unknown")) return undefined;
  return chain && action.startsWith("expectNo") ? asFarAsItCame(chain) : chain;
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
      return messageChain(account);
    case "request":
      return upTo("model-asked", messageChain(account));
    case "change":
      return change && configChain(account, change);
    case "plan":
      return change && configChain(account, change, true);
    case "restart":
      return last && restartChain(account, last.at);
    case "plugin":
    case "tool":
      return changedPlugin(account, subject, argumentOf(statement), change);
    case "anything":
      if (last?.kind === "config") return configChain(account, last);
      return last?.kind === "restart" ? restartChain(account, last.at) : messageChain(account);
    default:
      return undefined;
  }
}

/** Of the last message or turn, unless the note about a later restart is awaited. */
function messageChain(account: Account): Chain | undefined {
  const { acts } = account;
  const last = acts.at(-1);
  if (last && !isSaid(last) && promisedNote(account, last.at)) return restartChain(account, last.at);
  const said = acts.findLast(isSaid);
  return said && replyChain(account, said);
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

/** What comes after a link does not matter. */
function upTo(last: string, chain: Chain | undefined): Chain | undefined {
  if (!chain) return undefined;
  const links = chain.links.slice(0, chain.links.findIndex(({ link }) => link === last) + 1);
  const { missing, ...others } = chain;
  const isAmong = links.some(({ link }) => link === missing);
  return { ...others, links, ...(isAmong && missing !== undefined ? { missing } : {}) };
}

/** Nothing is missing where something came that should not have. */
function asFarAsItCame({ missing: _missing, links, ...chain }: Chain): Chain {
  return { ...chain, links: links.filter(({ state }) => state === "happened") };
}

/** The first argument of a statement, where it is a literal text. */
function argumentOf(statement: Statement): string | undefined {
  const value = statement.kind === "action" ? statement.params[0]?.[1] : undefined;
  return value?.kind === "literal" && typeof value.value === "string" ? value.value : undefined;
}
