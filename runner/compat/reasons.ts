import { oneLine, shorten } from "../base/text.ts";

const LONGEST = 240;

/** Names of variables that hold credentials, as messages have them. */
const VARIABLE =
  /\b[A-Z][A-Z0-9]*(?:_[A-Z0-9]+)*_(?:API_?KEY|KEY|TOKEN|SECRET|PASSWORD|CREDENTIALS?|ID|URL)\b/;
const CREDENTIAL =
  "(?:api[ _-]?keys?|access[ _-]?tokens?|auth[ _-]?tokens?|bot[ _-]?tokens?|tokens?|credentials?|client[ _-]?(?:id|secret)|app[ _-]?(?:key|secret|id)|secrets?|passwords?|log ?in|auth\\w*)";
/** How a line of a log begins. */
const STAMP = /^\d{4}-\d\d-\d\dT\S+\s+/;
const LACKING =
  "(?:missing|required|not (?:set|configured|found|provided|available)|unset|undefined|is empty|needed|no|unauthori[sz]ed|invalid)";
const CREDENTIAL_MISSING = new RegExp(
  `\\b${CREDENTIAL}\\b.{0,60}\\b${LACKING}\\b|\\b${LACKING}\\b.{0,40}\\b${CREDENTIAL}\\b|\\b40[13]\\b.{0,40}(?:unauthori[sz]ed|forbidden)`,
  "i",
);
const NOT_CONFIGURED =
  /\b(?:not|isn't|never) (?:been )?configured\b|\bconfig(?:uration)?\b.{0,40}\b(?:missing|required|incomplete)\b|must have required property/i;

/** What is asked of a release that it does not have, and the group that names it. */
const GONE: readonly RegExp[] = [
  /Package subpath '\.?\/?([^']+)' is not defined by "exports"/,
  /does not provide an export named '([^']+)'/,
  /Cannot find (?:module|package) '((?:openclaw|clawdbot|moltbot)[^']*)'/,
  /Cannot find (?:module|package) '([^']+)'/,
  /\b(api\.[\w.]+)(?:\(\.\.\.\))? (?:was removed|is not a function|is not available)/,
  /\b(?:TypeError: )?([\w$.]+(?:\(intermediate value\))?[\w$.]*) is not a (?:function|constructor)/,
  /(?:unknown|unsupported) typed hook "([^"]+)"/,
  /plugin(?:-| )sdk.{0,30}\b(?:export|subpath)\b.{0,10}["'`]([^"'`]+)["'`]/i,
  /Cannot read properties of undefined \(reading '([^']+)'\)/,
];

/** @returns what a text says the release does not have: a module, an export, a method; undefined where it says no such thing */
export function missingApi(text: string): string | undefined {
  for (const pattern of GONE) {
    const found = pattern.exec(text)?.[1];
    if (found !== undefined) return found;
  }
  return undefined;
}

/** @returns the words with which a text says that a credential or the plugin's config is missing; undefined where it does not */
export function missingCredential(text: string): string | undefined {
  if (missingApi(text) !== undefined) return undefined;
  for (const each of text.split("\n")) {
    const line = each.replace(STAMP, "");
    if (CREDENTIAL_MISSING.test(line) || NOT_CONFIGURED.test(line)) {
      const variable = VARIABLE.exec(line)?.[0];
      return variable ? `${variable} (${inFew(line)})` : inFew(line);
    }
  }
  return undefined;
}

const UNREACHABLE =
  /\b(?:ENOTFOUND|EAI_AGAIN|ECONNREFUSED|ECONNRESET|ETIMEDOUT|ENETUNREACH|EHOSTUNREACH|E401|E403|E404|ETARGET)\b|network is unreachable|fetch failed|certificate in certificate chain|registry-unreachable|registry.{0,40}(?:not reachable|cannot be reached)/i;

/** Whether a text says that something beyond this machine could not be reached. */
export function saysUnreachable(text: string): boolean {
  return UNREACHABLE.test(text);
}

const TROUBLE =
  /\b(?:error|failed|cannot|could not|refus\w*|invalid|not found|not allowed|throws?|threw|unknown|unsupported)\b/i;

/**
 * Of an output, the line that says why: the last that tells of trouble and names the plugin, else the last of trouble.
 * @param names of the plugin
 */
export function tellingLine(output: string, names: readonly string[] = []): string | undefined {
  const trouble = linesOf(output).filter((line) => TROUBLE.test(line));
  const own = trouble.filter((line) => names.some((name) => line.includes(name)));
  const line = own.find((each) => missingApi(each) !== undefined) ?? own.at(-1) ?? trouble.at(-1);
  return line === undefined ? undefined : shorten(line, 400);
}

/** Of the output of a command that has failed, what it says of that: commands give their reason last. */
export function lastWords(output: string, names: readonly string[] = []): string {
  return tellingLine(output, names) ?? shorten(linesOf(output).at(-1) ?? "it says nothing", 400);
}

function linesOf(output: string): string[] {
  return output
    .split("\n")
    .map(oneLine)
    .filter((line) => line !== "" && !/^\s*at /.test(line));
}

/** A text on one line, cut for a table's cell. */
export function inFew(text: string): string {
  return shorten(oneLine(text), LONGEST);
}
