import type { PlannedCall } from "../answer.ts";

const NAMED = /\b(?:use|call|invoke|run)\s+(?:the\s+)?[`"']?([A-Za-z_][\w.-]*)[`"']?\s+tool\b/gi;
const TOOL_NAMED = /\b(?:use|call|invoke|run)\s+(?:the\s+)?tool\s+[`"']?([A-Za-z_][\w.-]*\w)[`"']?/gi;
const NEGATED = /\b(?:do not|don't|never|not|without)\s+(?:ever\s+)?$/i;
const FORBIDDEN =
  /\b(?:(?:do not|don't|never)\s+(?:use|call|run|invoke)|without\s+(?:using|calling)?)\s*(?:any\s+)?tools?\b(?!\s+(?:other\s+than|besides|except|but))/i;
/** Words that may stand in the place of a tool's name without being one. */
const NO_NAMES = new Set(["a", "an", "any", "this", "that", "the", "no", "your", "right", "same", "other"]);

const VALUE = String.raw`(?:"(?<double>[^"]*)"|'(?<single>[^']*)'|\`(?<tick>[^\`]*)\`|(?<bare>[^\s,;]+))`;
const PAIR = new RegExp(String.raw`\b(?<key>[A-Za-z_]\w*)\s*=\s*${VALUE}`, "g");
const SET = /\bset\s+/gi;
const SETTING = new RegExp(
  String.raw`(?<key>[A-Za-z_]\w*)\s+(?:exactly\s+)?to\s+${VALUE}(?:\s*,?\s*(?:and\s+)?)`,
  "y",
);

/** A call that a text asks for. */
export interface ToolInstruction extends PlannedCall {
  /** The arguments stand there as JSON: they are to be passed as they are, wrong ones too. */
  verbatim: boolean;
}

/** Whether a text says that no tool is to be used, for instance "Do not use tools." */
export function forbidsTools(text: string): boolean {
  return FORBIDDEN.test(text);
}

/**
 * The tool calls that a text asks for, in order: "use the <name> tool …" or "call the tool
 * <name> …". Arguments follow up to the next such instruction, as a JSON object, as `key=value`
 * pairs, or as "set <key> (exactly) to <value> and <key> to <value>".
 */
export function toolInstructions(text: string): ToolInstruction[] {
  const mentions = [...text.matchAll(NAMED), ...text.matchAll(TOOL_NAMED)]
    .filter((match) => !NO_NAMES.has(String(match[1]).toLowerCase()))
    .sort((a, b) => a.index - b.index);
  return mentions.flatMap((match, index) => {
    if (NEGATED.test(text.slice(0, match.index))) return [];
    const segment = text.slice(match.index + match[0].length, mentions[index + 1]?.index);
    const json = firstJsonObject(segment);
    const name = String(match[1]);
    return [{ name, arguments: json ?? argumentsIn(segment), verbatim: json !== undefined }];
  });
}

function argumentsIn(segment: string): Record<string, unknown> {
  const pairs = [...segment.matchAll(PAIR)].map(toEntry);
  const settings = [...segment.matchAll(SET)].flatMap((set) =>
    settingsAt(segment, set.index + set[0].length),
  );
  // fromEntries defines own properties, so a key such as __proto__ stays plain data.
  return Object.fromEntries([...pairs, ...settings]);
}

function settingsAt(segment: string, start: number): [string, unknown][] {
  const entries: [string, unknown][] = [];
  SETTING.lastIndex = start;
  for (let match = SETTING.exec(segment); match; match = SETTING.exec(segment)) entries.push(toEntry(match));
  return entries;
}

function toEntry({ groups = {} }: RegExpExecArray): [string, unknown] {
  const quoted = groups.double ?? groups.single ?? groups.tick;
  return [groups.key ?? "", quoted ?? scalar((groups.bare ?? "").replace(/[.!?)]+$/, ""))];
}

/** Numbers, booleans and null as such, everything else as text. */
function scalar(text: string): unknown {
  return /^(?:-?\d+(?:\.\d+)?|true|false|null)$/.test(text) ? JSON.parse(text) : text;
}

/** The JSON object at the first brace of the text, if it is one. */
function firstJsonObject(text: string): Record<string, unknown> | undefined {
  const start = text.indexOf("{");
  if (start === -1) return undefined;
  let depth = 0;
  let inString = false;
  for (let index = start; index < text.length; index += 1) {
    const char = text[index];
    if (inString) {
      if (char === "\\") index += 1;
      else if (char === '"') inString = false;
    } else if (char === '"') inString = true;
    else if (char === "{") depth += 1;
    else if (char === "}" && --depth === 0) return parseObject(text.slice(start, index + 1));
  }
  return undefined;
}

function parseObject(text: string): Record<string, unknown> | undefined {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
