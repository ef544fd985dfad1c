import { suggestion } from "../../base/suggest.ts";
import type { Statement } from "../../flow/types.ts";
import type { Failure } from "../../report/events.ts";
import type { Scenario } from "../../scenario/types.ts";
import type { FlowFailure } from "../attempt/ending.ts";
import { surroundingsOf } from "../testbed/needs.ts";
import { pluginFolders } from "../testbed/plugins.ts";
import type { Testbed } from "../testbed/testbed.ts";
import { type Account, accountOf, actionOf } from "./account.ts";
import { modelNotes, pluginToBlame } from "./causes.ts";
import type { Chain } from "./links.ts";
import { framesOf, pluginChain, pluginOfTool } from "./plugin.ts";
import { isGuess, sentenceOf } from "./sentences.ts";
import { brokenChange, chainAbout, subjectOf } from "./subject.ts";
import type { Witness } from "./witness.ts";

/** Failures that say that something did not come, or is not as expected. */
const IN_VAIN: ReadonlySet<string> = new Set([
  "expectation-failed",
  "assertion-failed",
  "wait-timeout",
  "turn-timeout",
  "step-timeout",
  "statement-timeout",
  "scenario-timeout",
  "update-failed",
]);

/** Chains that a plugin's, or a change's, explains when none of their own links is missing. */
const EXPLAINED: ReadonlySet<string> = new Set(["reply", "plugin"]);

const WITHOUT_ANSWERS = {
  fault: "harness",
  hint: "`--model-script <file>` gives the model answers for the scenarios of a pack.",
} as const;

export type Told = Pick<Failure, "chain" | "headline" | "note" | "details" | "hint"> &
  Partial<Pick<Failure, "fault">>;

/**
 * The chain that a failure is about, with its first missing link, and the headline that comes from it; and what else
 * explains the failure. Nothing where none of it can be known.
 */
export async function chainOf(
  failure: FlowFailure,
  testbed: Testbed,
  witness: Witness,
  scenario: Scenario,
): Promise<Told> {
  const failed = witness.failed(failure.statement);
  const isInVain = IN_VAIN.has(failure.code);
  // What the scenario itself does wrong has nothing to do with how far anything came.
  if (!isInVain && (!failed || failure.fault === "scenario")) return {};
  const account = await accountOf(testbed, witness);
  const hasCome = failure.seen !== undefined && failure.seen !== "nothing";
  const own = failed && chainAbout(account, failed.statement, isInVain, hasCome);
  const found = isInVain ? await explained(account, own, scenario, witness) : { chain: own };
  const { chain } = found;
  const sentence = chain && sentenceOf(chain);
  const isCertain = chain && (found.leads || (failed && isCause(chain, failed.statement))) && !isGuess(chain);
  const words = isInVain ? wordsOf(isCertain ? sentence : undefined, chain, account, scenario) : {};
  const frames = chain?.name === "plugin" ? framesOf(account, chain.about ?? "") : [];
  return {
    ...(chain ? { chain: { ...chain, ...(sentence === undefined ? {} : { sentence }) } } : {}),
    ...words,
    ...(frames.length > 0 ? { details: [failure.details, ...frames].filter(Boolean).join("\n") } : {}),
    ...(found.isTypo ? { fault: "scenario" as const, hint: found.hint } : {}),
  };
}

/** The headline, and what the scripted model adds to it where a turn went to its end. */
function wordsOf(
  sentence: string | undefined,
  chain: Chain | undefined,
  account: Account,
  scenario: Scenario,
): Pick<Told, "headline" | "note" | "fault" | "hint"> {
  const { modelScript } = scenario;
  const isWhole = chain === undefined || (chain.name === "reply" && chain.missing === undefined);
  const { noRule, unused } = isWhole ? modelNotes(account, modelScript) : {};
  // Without a script of its own, a scenario may well want an answer that says nothing.
  const headline = sentence ?? (modelScript && noRule);
  const note = [headline === noRule ? undefined : noRule, unused].filter((each) => each !== undefined);
  return {
    ...(headline === undefined ? {} : { headline }),
    ...(note.length > 0 ? { note: note.join("; ") } : {}),
    // Upstream's were written for a model that knows what to answer in each of them.
    ...(noRule && !modelScript && surroundingsOf(scenario) ? WITHOUT_ANSWERS : {}),
  };
}

/** @param leads it is the headline, whatever the statement is about */
interface Explanation {
  chain: Chain | undefined;
  leads?: boolean;
  /** The scenario names a plugin that there is not. */
  isTypo?: boolean;
  hint?: string | undefined;
}

/** Where the chain of a statement is whole, or none, what else has broken may be why it failed. */
async function explained(
  account: Account,
  chain: Chain | undefined,
  scenario: Scenario,
  witness: Witness,
): Promise<Explanation> {
  const isOpen = chain === undefined || EXPLAINED.has(chain.name);
  if (!isOpen) return { chain };
  const declared = (scenario.meta.plugins ?? []).filter((plugin) => typeof plugin === "string");
  const plugin = pluginToBlame(account, declared, witness);
  if (plugin !== undefined && (chain?.missing === undefined || chain.name === "plugin")) {
    const own = pluginChain(account, account.startedAt, plugin);
    const isTypo = own.missing === "found" && declared.includes(plugin);
    const hint = isTypo ? suggestion(plugin, await pluginFolders(scenario)) : undefined;
    return { chain: own, leads: true, isTypo, hint };
  }
  if (chain?.missing !== undefined) return { chain };
  const change = brokenChange(account);
  if (change) return { chain: change, leads: true };
  const call = failedCall(account);
  return call?.missing === undefined ? { chain } : { chain: call, leads: true };
}

/** Of the plugin's tool that the model was told to call last, and did not have; or of one that failed. */
function failedCall(account: Account): Chain | undefined {
  const { records, requests } = account;
  const missing = requests?.at(-1)?.missingToolName;
  const tool = missing ?? text(records.findLast(({ event }) => event === "tool-failed")?.facts.tool);
  const owner = tool === undefined ? undefined : pluginOfTool(account, tool);
  if (owner === undefined) return undefined;
  // It may have been offered to earlier turns.
  const asked = missing === undefined ? undefined : records.findLast(({ event }) => event === "model-asked");
  return pluginChain(account, account.startedAt, owner, tool, asked?.at);
}

function text(value: unknown): string | undefined {
  return typeof value === "string" ? value : undefined;
}

/** A plugin may rightly be off, or not be loaded yet, unless its tool was to be called. */
function isCause({ name, missing }: Chain, statement: Statement): boolean {
  if (name !== "plugin" || subjectOf(actionOf(statement) ?? "") === "call") return true;
  return missing !== "planned";
}
