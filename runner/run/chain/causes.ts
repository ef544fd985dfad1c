import { inShort, plural } from "../../base/text.ts";
import type { RecordedRequest } from "../../model/recorder.ts";
import type { ModelRule, ModelScript } from "../../scenario/schema/model-script-schema.ts";
import type { Account } from "./account.ts";
import { actionOf, literalOf } from "./account.ts";
import { brokenPlugins } from "./plugin.ts";
import type { Witness } from "./witness.ts";

/** What the instruction-following model says when there was nothing to follow. */
const NOTHING_TO_DO = "instructions: acknowledge";
/** The same after it has used tools. */
const NOTHING_MORE_TO_DO = "instructions: acknowledge-result";

/**
 * The plugin that does not load although the scenario has not said that it must not.
 * @param declared ids in the front matter
 */
export function pluginToBlame(
  account: Account,
  declared: readonly string[],
  witness: Witness,
): string | undefined {
  const excused = new Set(
    witness.statements.flatMap(({ statement, endedAt, threw }) =>
      actionOf(statement) === "expectPlugin" && endedAt !== undefined && !threw
        ? (literalOf(statement) ?? [])
        : [],
    ),
  );
  return brokenPlugins(account, declared).find((id) => !excused.has(id));
}

/** What a scripted model has to say of a turn that went otherwise than expected. */
export interface ModelNotes {
  /** It had no rule for what it was asked. */
  noRule?: string;
  /** Rules that have matched nothing. */
  unused?: string;
}

/** @param script of the scenario, if it has one */
export function modelNotes({ requests }: Account, script: ModelScript | undefined): ModelNotes {
  if (!requests) return {};
  return { ...noRuleFor(requests.at(-1), script), ...(script && unusedRules(requests, script)) };
}

function noRuleFor(request: RecordedRequest | undefined, script: ModelScript | undefined): ModelNotes {
  if (!request) return {};
  const asked = `"${inShort(request.prompt)}"`;
  if (script && request.rule === "fallback") {
    return { noRule: `no rule of the scenario's model script matches what the model was asked: ${asked}` };
  }
  if (request.rule === NOTHING_MORE_TO_DO && !script) {
    return {
      noRule: `the scripted model found no further instruction in what it was asked, so it only repeated what the last tool had answered: ${asked}`,
    };
  }
  if (request.rule !== NOTHING_TO_DO) return {};
  return {
    noRule: script
      ? `no rule of the scenario's model script matches what the model was asked, so it only said "OK.": ${asked}`
      : `the scripted model found no instruction in what it was asked, so it only said "OK.": ${asked}`,
  };
}

function unusedRules(requests: readonly RecordedRequest[], script: ModelScript): ModelNotes {
  const used = new Set(requests.map(({ rule }) => rule));
  const unused = script.rules.flatMap((rule, index) => {
    const name = rule.name ?? `rules[${index}]`;
    return used.has(name) ? [] : [`${name}${matchOf(rule)}`];
  });
  if (unused.length === 0) return {};
  return {
    unused: `${plural(unused.length, "rule")} of the model script matched nothing so far: ${unused.join(", ")}`,
  };
}

function matchOf({ match }: ModelRule): string {
  return match === undefined ? "" : ` (${inShort(JSON.stringify(match))})`;
}
