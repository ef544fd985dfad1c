import { relative, sep } from "node:path";
import { isJsonObject, type JsonObject } from "../base/json.ts";
import { exampleArguments } from "../base/schema-arguments.ts";
import { oneLine } from "../base/text.ts";
import { waitForOutboundMessage } from "../channel/outbound-waits.ts";
import type { GatewayKind, GatewayUnderTest } from "../gateway/gateway.ts";
import { Testbed } from "../run/testbed/testbed.ts";
import type { OfferedTools } from "./scenario.ts";
import type { PluginSubject } from "./subject.ts";

const TURN_TIMEOUT_MS = 120_000;

/** What the gateway says is wrong with a plugin. */
interface PluginProblem {
  /** One line, which names the plugin's file where one is at fault. */
  text: string;
  /** It keeps the plugin from being used. */
  isError: boolean;
  /** The plugin's code failed, and asked for nothing that the embedded gateway lacks. */
  isItsOwn: boolean;
}

/** What came of running a plugin: what its tools look like, or what is wrong with it. */
export type Probe = (OfferedTools & { warning?: string | undefined }) | { problem: PluginProblem };

/**
 * Runs a plugin in a gateway, and asks its agent something to see which of the declared tools the model is offered. None of
 * them is called.
 * @param onLeft called for each thing that could not be torn down
 * @throws QaError when the gateway cannot be started; the signal's reason
 */
export async function probePlugin(
  plugin: PluginSubject,
  { kind, signal, onLeft }: { kind: GatewayKind; signal: AbortSignal; onLeft(problem: string): void },
): Promise<Probe> {
  const { id, root, tools, configSchema } = plugin;
  const config = exampleArguments(configSchema).value;
  const testbed = new Testbed(
    { gateway: kind, signal },
    {
      configPatches: [{ plugins: { load: { paths: [root] }, entries: { [id]: { enabled: true, config } } } }],
    },
  );
  try {
    const { gateway } = await testbed.ready;
    const first = await offered(testbed, tools, "one");
    const problem = await problemOf(gateway, plugin);
    if (problem?.isError && first.size < tools.length) return { problem };
    const warning = problem?.text;
    if (first.size === tools.length) return { parameters: first, mustBeNamed: false, warning };
    await allow(gateway, id);
    const second = await offered(testbed, tools, "two");
    // What it warns of may be why a tool is not there.
    if (problem !== undefined && second.size < tools.length) return { problem };
    return { parameters: second, mustBeNamed: second.size > first.size, warning };
  } finally {
    for (const left of await testbed.close()) onLeft(left);
  }
}

/** The declared tools that the model is offered in one turn, with the schemas of their parameters. */
async function offered(
  { bus, model }: Testbed,
  tools: readonly string[],
  word: string,
): Promise<Map<string, unknown>> {
  if (tools.length === 0) return new Map();
  const before = model?.requests.length ?? 0;
  bus.addInboundMessage({
    conversation: { id: "alice", kind: "direct" },
    senderId: "alice",
    text: `Reply exactly: ${word}`,
  });
  await waitForOutboundMessage(bus, ({ text }) => text.includes(word), TURN_TIMEOUT_MS);
  const declared = (model?.requests.slice(before) ?? []).flatMap(({ body }) =>
    Array.isArray(body.tools) ? body.tools.map(declarationOf) : [],
  );
  return new Map(
    declared.flatMap(({ name, parameters }) => (tools.includes(name) ? [[name, parameters]] : [])),
  );
}

function declarationOf(tool: unknown): { name: string; parameters: unknown } {
  const declaration = isJsonObject(tool) && isJsonObject(tool.function) ? tool.function : tool;
  const { name, parameters } = isJsonObject(declaration) ? declaration : {};
  return { name: String(name), parameters };
}

/** What the embedded gateway says is wrong with the plugin, the worst first; a release says nothing of this kind. */
async function problemOf(
  gateway: GatewayUnderTest,
  { id, root }: PluginSubject,
): Promise<PluginProblem | undefined> {
  const { plugins } = await gateway.call("qa.plugins.list", {}).catch((): JsonObject => ({}));
  const own = Array.isArray(plugins)
    ? plugins.find((plugin) => isJsonObject(plugin) && plugin.id === id)
    : {};
  const diagnostics: unknown[] = Array.isArray(own?.diagnostics) ? own.diagnostics : [];
  const found = diagnostics.filter(isJsonObject);
  const worst = found.find(({ level }) => level === "error") ?? found[0];
  if (typeof worst?.message !== "string") return undefined;
  const message = oneLine(worst.message.replaceAll(`${root}${sep}`, ""));
  const file = typeof worst.file === "string" ? relative(root, worst.file) : "";
  return {
    text: message.includes(file) ? message : `${file}: ${message}`,
    isError: worst.level === "error",
    isItsOwn: worst.code === "load-failed" && !found.some(({ code }) => code === "sdk-missing"),
  };
}

async function allow(gateway: GatewayUnderTest, id: string): Promise<void> {
  const { hash } = await gateway.call("config.get", {});
  const raw = JSON.stringify({ tools: { alsoAllow: [id] } });
  await gateway.call("config.patch", { raw, baseHash: hash });
}
