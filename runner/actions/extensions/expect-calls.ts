import { isJsonObject, type JsonObject } from "../../base/json.ts";
import type { Matcher } from "../../flow/match/matcher.ts";
import { messageText, toolCallsOf } from "../agent/transcript-summary.ts";
import { readHistory } from "../agent/transcripts.ts";
import type { ActionContext } from "../context.ts";
import { actionsOf } from "../define.ts";
import { expectEvent, type TimedEvent } from "../scene/expect.ts";
import { BOOLEAN, matcherOf, OBJECT, record, STRING } from "../schema.ts";
import { toolOwners } from "./tools.ts";

/** As many sessions as a gateway lists. */
const ALL = 1_000;

/** A call of a plugin's tool in a turn, with its result. */
interface PluginCall extends JsonObject {
  tool: string;
  plugin?: string;
  arguments: unknown;
  text: string;
  isError: boolean;
  session: string;
}

interface Call {
  /** Its id in the transcript. */
  id: string;
  at: number;
  value: PluginCall;
}

const CALL = {
  ...record(
    {
      tool: STRING,
      arguments: { ...OBJECT, description: "as the model gave them" },
      text: { ...STRING, description: "of the result" },
      isError: BOOLEAN,
      session: { ...STRING, description: "key of the turn's session" },
    },
    { plugin: { ...STRING, description: "id of the plugin whose tool it is, while the tool is offered" } },
  ),
  asText: "tool",
} as const;

/** Calls of the tools that are not the gateway's own, in all sessions since the scenario began, oldest first. */
async function pluginCalls(
  context: ActionContext,
  owners: Map<string, string | null | undefined>,
): Promise<TimedEvent<PluginCall>[]> {
  const since = context.scene.openedAt;
  const { sessions } = await context.call("sessions.list", { limit: ALL });
  const keys = (Array.isArray(sessions) ? sessions.filter(isJsonObject) : [])
    .filter(({ updatedAt }) => typeof updatedAt !== "number" || updatedAt >= since)
    .map(({ key }) => String(key));
  const found: Call[] = [];
  for (const session of keys) {
    const calls = callsIn(await readHistory(context, session), session).filter(({ at }) => at >= since);
    if (calls.some(({ value }) => !owners.has(value.tool))) {
      const now = await toolOwners(context, session);
      for (const { value } of calls) owners.set(value.tool, now.get(value.tool));
    }
    found.push(...calls);
  }
  return found
    .filter(({ value }) => owners.get(value.tool) !== null)
    .toSorted((one, other) => one.at - other.at)
    .map(({ id, at, value }) => {
      const plugin = owners.get(value.tool);
      const index = context.scene.numberOf(`${value.session} ${id}`);
      return { index, at, value: typeof plugin === "string" ? { ...value, plugin } : value };
    });
}

/** The calls of a transcript that have a result, by the time of that. */
function callsIn(messages: readonly JsonObject[], session: string): Call[] {
  const open = new Map<string, JsonObject>();
  const done: Call[] = [];
  for (const message of messages) {
    if (message.role === "assistant")
      for (const call of toolCallsOf(message)) open.set(String(call.id), call);
    if (message.role !== "toolResult") continue;
    const id = String(message.toolCallId);
    const call = open.get(id);
    if (!call) continue;
    open.delete(id);
    const value = {
      tool: String(call.name),
      arguments: call.arguments ?? call.input ?? {},
      text: messageText(message),
      isError: message.isError === true,
      session,
    };
    done.push({ id, at: timeOf(message), value });
  }
  return done;
}

/** In milliseconds since the epoch; a message that does not say so came just now. */
function timeOf({ timestamp }: JsonObject): number {
  if (typeof timestamp === "number") return timestamp;
  const at = Date.parse(String(timestamp));
  return Number.isNaN(at) ? Date.now() : at;
}

/** A call that fits. */
export function expectPluginCall(
  context: ActionContext,
  { call }: { call: Matcher },
): Promise<TimedEvent<PluginCall>> {
  const owners = new Map<string, string | null | undefined>();
  const source = {
    kind: "plugin call",
    what: "a call of a plugin's tool",
    list: () => pluginCalls(context, owners),
  };
  return expectEvent(context, source, call);
}

export const callStatements = actionsOf("plugins", (define) => ({
  expectPluginCall: define({
    summary:
      "The first call of a plugin's tool, in a turn of any session and with its result, that fits and that no other statement has taken (`chat.history`, `tools.effective`).",
    params: { call: matcherOf(CALL, "the call; a text stands for the tool") },
    main: "call",
    returns: CALL,
    statement: "counts",
    effect: "converses",
    run: async (context, params) => (await expectPluginCall(context, params)).value,
  }),
}));
