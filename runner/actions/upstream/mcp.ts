import { access } from "node:fs/promises";
import { dirname, join } from "node:path";
import { BlockedError, errorMessage, QaError } from "../../base/errors.ts";
import { stretched } from "../../base/slow.ts";
import { libraryLimit } from "../../base/timers.ts";
import type { ActionContext } from "../context.ts";
import { actionsOf, members } from "../define.ts";
import { BOOLEAN, OBJECT, record, STRING, type ValuesOf } from "../schema.ts";

/**
 * Where gateways have the program that serves the tools of their plugins, relative to the program of their CLI: that of
 * releases lies beside `dist`, the embedded gateway's in it.
 */
const PLUGIN_TOOLS_SERVERS = [
  join("dist", "mcp", "plugin-tools-serve.js"),
  join("mcp", "plugin-tools-serve.js"),
];
/** It loads all plugins before it answers. */
const REQUEST_MS = 180_000;
const STDERR_SHOWN = 4_000;

const CALL_PARAMS = {
  toolName: { ...STRING, description: "the tool's name" },
  args: { ...OBJECT, default: {}, description: "its arguments" },
} as const;

/** Calls a plugin's tool as an MCP client does: over the standard streams of the gateway's own MCP server. */
async function callPluginTool(
  context: ActionContext,
  { toolName, args }: ValuesOf<typeof CALL_PARAMS>,
): Promise<unknown> {
  const server = await pluginToolsServer(context);
  const { Client, StdioClientTransport } = await import("./mcp-client.ts");
  const transport = new StdioClientTransport({ ...server, stderr: "pipe" });
  let stderr = "";
  transport.stderr?.on("data", (chunk: Buffer) => {
    stderr = (stderr + chunk.toString()).slice(-STDERR_SHOWN);
  });
  const client = new Client({ name: "gateway-qa", version: "1.0.0" });
  context.teardown.defer("MCP client", () => client.close());
  const options = { signal: context.signal(), timeout: libraryLimit(stretched(REQUEST_MS)) };
  try {
    await client.connect(transport, options);
    const { tools } = await client.listTools({}, options);
    if (!tools.some(({ name }) => name === toolName)) throw toolMissing(toolName, tools);
    return await client.callTool({ name: toolName, arguments: args }, options);
  } catch (error) {
    context.signal().throwIfAborted();
    if (error instanceof QaError) throw error;
    throw new QaError(`the MCP server of the gateway's plugin tools failed: ${errorMessage(error)}`, {
      code: "mcp-failed",
      fault: "product",
      details: stderr || "(it wrote nothing to its error stream)",
      cause: error,
    });
  } finally {
    await client.close();
  }
}

/** @throws BlockedError when the gateway has no such server */
async function pluginToolsServer({ gateway }: ActionContext) {
  const { file, args = [], cwd, env } = gateway.cliCommand() ?? {};
  const program = args.at(-1);
  const folder = program === undefined ? undefined : dirname(program);
  const server = folder && (await firstThatExists(PLUGIN_TOOLS_SERVERS.map((path) => join(folder, path))));
  if (!file || !server) {
    throw new BlockedError(
      "mcp",
      "this gateway lacks `mcp`: it brings no MCP server for the tools of its plugins",
    );
  }
  return { command: file, args: [server], cwd, env };
}

async function firstThatExists(paths: readonly string[]): Promise<string | undefined> {
  for (const path of paths) {
    const isThere = await access(path).then(
      () => true,
      () => false,
    );
    if (isThere) return path;
  }
  return undefined;
}

function toolMissing(toolName: string, tools: readonly { name: string }[]): QaError {
  const names = tools.map(({ name }) => name).sort();
  return new QaError(`the gateway's MCP server offers no tool ${toolName}`, {
    code: "tool-missing",
    fault: "product",
    details: names.length > 0 ? `It offers ${names.join(", ")}.` : "It offers none.",
  });
}

export const mcpActions = actionsOf("tools", (define) => ({
  callPluginToolsMcp: define({
    summary:
      "Calls a plugin's tool as an MCP client does: starts the gateway's own MCP server for plugin tools, connects to its standard streams, and ends it. A gateway without such a server ends the scenario as *blocked*.",
    params: CALL_PARAMS,
    main: "toolName",
    positional: [members("request")],
    returns: record({ content: {} }, { isError: BOOLEAN }),
    budgetMs: () => REQUEST_MS,
    run: callPluginTool,
  }),
}));
