import { errorMessage, QaError } from "../base/errors.ts";
import { isJsonObject, type JsonObject } from "../base/json.ts";
import { exampleArguments } from "../base/schema-arguments.ts";
import type { Item, Row } from "./compat-schema.ts";
import { isKnownReadOnly } from "./read-only.ts";
import { inFew, missingApi, missingCredential, saysUnreachable } from "./reasons.ts";
import type { OfferedTool, Turns } from "./turns.ts";

export interface Calls {
  turns: Turns;
  manifest: JsonObject;
  /** Also what may change something. */
  callAll: boolean;
  toolArguments: Readonly<Record<string, JsonObject>>;
}

/** Has the model call each tool; a tool that may change something only where that is allowed. */
export async function callTools(tools: readonly OfferedTool[], calls: Calls): Promise<Row> {
  if (tools.length === 0)
    return { row: "tools", state: "untried", seen: "it has none that the model is offered" };
  const items: Item[] = [];
  for (const tool of tools) items.push(await callTool(tool, calls));
  return rowOf("tools", items, "called, and the result was in the next request");
}

async function callTool({ name, parameters }: OfferedTool, calls: Calls): Promise<Item> {
  const { turns, manifest, callAll, toolArguments } = calls;
  if (!callAll && !isKnownReadOnly(manifest, name)) {
    return { name, state: "untried", seen: "nothing says that it only reads: --call calls it" };
  }
  const given = Object.hasOwn(toolArguments, name) ? toolArguments[name] : undefined;
  const { value, unmet } = given ? { value: given, unmet: [] } : exampleArguments(parameters);
  if (unmet.length > 0) {
    return {
      name,
      state: "blocked",
      seen: `no value is known that its schema allows for ${unmet.join(", ")}: give some with --arguments`,
    };
  }
  try {
    const { result } = await turns.turn({ name, arguments: value });
    if (result === undefined) return { name, state: "no", seen: "its result was in no request" };
    return { name, ...judgeResult(result, given !== undefined) };
  } catch (error) {
    if (!(error instanceof QaError) || error.code !== "wait-timeout") throw error;
    return { name, state: "no", seen: inFew(errorMessage(error)) };
  }
}

/**
 * Judges what a tool gave back. With arguments that were made up, an error of its own is no failure of the plugin's, and no
 * pass either.
 * @param result as the model got it
 * @param given whether the arguments are the user's
 */
export function judgeResult(result: string, given: boolean): Pick<Item, "state" | "seen"> {
  const error = errorIn(result);
  const api = error === undefined ? undefined : missingApi(error);
  if (error !== undefined && api !== undefined) return { state: "no", seen: inFew(`${error} (${api})`) };
  const lacking = missingCredential(error ?? (result.length < 600 ? result : ""));
  if (lacking) return { state: "blocked", seen: `it lacks ${lacking}` };
  if (error === undefined) return { state: "yes", seen: inFew(result) };
  if (saysUnreachable(error))
    return { state: "blocked", seen: inFew(`it reaches beyond this machine: ${error}`) };
  return given
    ? { state: "no", seen: inFew(error) }
    : {
        state: "blocked",
        seen: inFew(`it answers made-up arguments with an error, give some with --arguments: ${error}`),
      };
}

/** The error in a tool's result: of a call that threw, gateways say so in JSON; undefined where there is none. */
function errorIn(result: string): string | undefined {
  const value = parsed(result);
  if (isJsonObject(value)) {
    const { status, error, ok, success } = value;
    if (status === "error" || ok === false || success === false || typeof error === "string") {
      return typeof error === "string" ? error : result;
    }
    return undefined;
  }
  return /^\W*(?:error|failed|exception)\b/i.test(result) ? result : undefined;
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** Sends each command without arguments, as the owner. What one does is not declared: unasked, none is sent. */
export async function answerCommands(
  commands: readonly string[],
  { turns, callAll }: Pick<Calls, "turns" | "callAll">,
): Promise<Row> {
  if (commands.length === 0) return { row: "commands", state: "untried", seen: "it has none" };
  const items: Item[] = [];
  for (const name of commands) {
    items.push(
      callAll
        ? await answerCommand(name, turns)
        : { name, state: "untried", seen: "not called without --call" },
    );
  }
  return rowOf("commands", items, "answered");
}

async function answerCommand(name: string, turns: Turns): Promise<Item> {
  try {
    const { text, asked } = await turns.command(name);
    if (asked) return { name, state: "no", seen: "the model got it as a message" };
    const api = missingApi(text);
    if (api !== undefined) return { name, state: "no", seen: inFew(text) };
    const lacking = missingCredential(text);
    if (lacking) return { name, state: "blocked", seen: `it lacks ${lacking}` };
    return { name, state: "yes", seen: inFew(text) };
  } catch (error) {
    if (!(error instanceof QaError) || error.code !== "wait-timeout") throw error;
    return { name, state: "no", seen: "no answer" };
  }
}

/** The worst of them counts. */
function rowOf(row: Row["row"], items: Item[], done: string): Row {
  const of = (state: Item["state"]) => items.filter((item) => item.state === state);
  const worst = (["no", "blocked", "untried"] as const).find((state) => of(state).length > 0);
  const api = of("no")
    .map(({ seen }) => missingApi(seen))
    .find(Boolean);
  if (worst === undefined)
    return { row, state: "yes", seen: `${items.length} of ${items.length} ${done}`, items };
  const seen = of(worst)
    .map((item) => `${item.name}: ${item.seen}`)
    .join("; ");
  return {
    row,
    state: worst,
    seen: inFew(`${of("yes").length} of ${items.length} ${done}; ${seen}`),
    items,
    ...(api ? { api } : {}),
  };
}
