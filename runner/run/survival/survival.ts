import { readdir } from "node:fs/promises";
import { basename, dirname } from "node:path";
import { errorMessage } from "../../base/errors.ts";
import { isJsonObject, type JsonObject, objectsOf } from "../../base/json.ts";
import { waitForCondition } from "../../base/waits.ts";
import { BARRIER } from "../../channel/defaults.ts";
import type { BusMessage } from "../../channel/types.ts";
import type { GatewayUnderTest } from "../../gateway/gateway.ts";
import { RpcError } from "../../gateway/rpc/errors.ts";
import type { Testbed } from "../testbed/testbed.ts";
import type { Promises } from "./promises.ts";

const SETTLE_MS = 120_000;
/** What a scenario says that has one answer only. */
const EXACTLY = /\breply exactly: (?<answer>.+)$/i;
const LAST = "CRASH-SURVIVED";

/** What was known of a gateway before it was killed. */
export interface BeforeKill {
  promises: Promises;
  version: string;
  /** What it was updating itself to. */
  updatesTo: string | undefined;
}

/**
 * Looks at a gateway that was killed and is up again: its config is valid, nothing that it had accepted is lost or done
 * twice, no plugin is there by half, its version is whole, and notes are delivered as promised.
 * @returns what does not hold
 */
export async function brokenPromises(
  testbed: Testbed,
  gateway: GatewayUnderTest,
  { promises, version, updatesTo }: BeforeKill,
): Promise<string[]> {
  const checks = [
    () => configProblems(gateway, promises),
    () => pluginProblems(gateway, promises),
    () => versionProblems(gateway, [version, ...(updatesTo === undefined ? [] : [updatesTo])]),
    () => messageProblems(testbed, promises),
  ];
  const problems: string[] = [];
  for (const check of checks)
    problems.push(...(await check().catch((error: unknown) => [errorMessage(error)])));
  return problems;
}

async function configProblems(gateway: GatewayUnderTest, promises: Promises): Promise<string[]> {
  const { valid, config } = await gateway.call("config.get");
  if (valid === false || !isJsonObject(config)) return ["the config is not valid"];
  const names = await readdir(dirname(gateway.configPath));
  const damaged = names.filter((name) => name.startsWith(`${basename(gateway.configPath)}.rejected`));
  return [...damaged.map((name) => `the config was damaged: ${name}`), ...promises.missingIn(config)];
}

/** What is wrong with the plugins that are installed; nothing of a gateway that does not list them. */
export async function pluginProblems(
  gateway: Pick<GatewayUnderTest, "call">,
  promises?: Promises,
): Promise<string[]> {
  const { plugins } = await gateway.call("qa.plugins.list").catch((error: unknown): JsonObject => {
    if (error instanceof RpcError && error.isUnknownMethod) return {};
    throw error;
  });
  if (plugins === undefined) return [];
  const entries = objectsOf(plugins);
  const half = entries.flatMap(({ id, diagnostics = [] }) =>
    Array.isArray(diagnostics) && diagnostics.length > 0
      ? [`the plugin ${id} is there by half: ${JSON.stringify(diagnostics)}`]
      : [],
  );
  return [...half, ...(promises?.missingAmong(entries.map(({ id }) => String(id))) ?? [])];
}

async function versionProblems(gateway: GatewayUnderTest, versions: readonly string[]): Promise<string[]> {
  const { version } = await gateway.identity();
  return versions.includes(version) ? [] : [`it came back as ${version}, and was ${versions.join(" or ")}`];
}

/** Every message has its answer, once, and every note that was promised has come, once. */
async function messageProblems({ bus, model, wakeups }: Testbed, promises: Promises): Promise<string[]> {
  model?.release();
  const wanted = () => [...answersWanted(bus.getSnapshot().messages), ...notesWanted(promises)];
  const missing = () => wanted().filter((each) => each.isSure && countOf(each) === 0);
  const outbound = () => bus.getSnapshot().messages.filter(({ direction }) => direction === "outbound");
  const countOf = ({ text, isWhole }: Pick<Wanted, "text" | "isWhole">) =>
    outbound().filter((each) => (isWhole ? each.text.trim() === text : each.text.includes(text))).length;
  const isDone = () => missing().length === 0 && unanswered(bus.getSnapshot().messages).length === 0;
  await waitForCondition(wakeups, isDone, { timeoutMs: SETTLE_MS }).catch(() => {});
  // What would come twice has come by then: turns of a conversation are in order, and so are notes.
  bus.addInboundMessage({
    conversation: { id: "crash-check", kind: "direct" },
    senderId: "crash-check",
    text: `Reply exactly: ${LAST}`,
  });
  await waitForCondition(wakeups, () => countOf({ text: LAST, isWhole: true }) > 0, {
    timeoutMs: SETTLE_MS,
    what: "an answer after the kill",
  });
  return [
    ...unanswered(bus.getSnapshot().messages),
    ...missing().map(({ text, what }) => `${what} is lost: ${text}`),
    ...wanted().flatMap((each) =>
      countOf(each) > each.times ? [`${each.what} has come ${countOf(each)} times: ${each.text}`] : [],
    ),
  ];
}

/** Direct chats in which there are fewer answers than messages. */
function unanswered(messages: readonly BusMessage[]): string[] {
  const chats = new Map<string, { said: number; answered: number }>();
  for (const { direction, conversation } of messages) {
    if (conversation.kind !== "direct" || conversation.id === BARRIER) continue;
    const chat = chats.get(conversation.id) ?? { said: 0, answered: 0 };
    chats.set(conversation.id, chat);
    chat[direction === "inbound" ? "said" : "answered"] += 1;
  }
  return [...chats].flatMap(([id, { said, answered }]) =>
    answered < said ? [`a message is lost: ${id} has said ${said}, and got ${answered}`] : [],
  );
}

interface Wanted {
  text: string;
  /** Nothing else is in the message. */
  isWhole: boolean;
  what: string;
  /** It must come; otherwise it may. */
  isSure: boolean;
  /** The most that it may come. */
  times: number;
}

function answersWanted(messages: readonly BusMessage[]): Wanted[] {
  const times = new Map<string, number>();
  for (const { direction, text } of messages) {
    const answer = direction === "inbound" ? EXACTLY.exec(text)?.groups?.answer?.trim() : undefined;
    if (answer !== undefined) times.set(answer, (times.get(answer) ?? 0) + 1);
  }
  return [...times].map(([text, count]) => ({
    text,
    isWhole: true,
    what: "an answer",
    isSure: true,
    times: count,
  }));
}

function notesWanted({ notes }: Promises): Wanted[] {
  return notes.map(({ note, isPromised }) => ({
    text: note,
    isWhole: false,
    what: "a note",
    isSure: isPromised,
    times: 1,
  }));
}
