import type { Effect } from "../../flow/vocabulary.ts";

/**
 * RPC methods that leave the gateway as it is: those that a client with the scope `operator.read` may call, and a few
 * that only look, although a release requires more (`update.status`, `agent.wait`,
 * `config.schema`). A method that is not here counts as one that writes.
 */
export const READING_METHODS: ReadonlySet<string> = new Set([
  ...["health", "status", "qa.gateway.status", "gateway.identity.get", "system-presence", "last-heartbeat"],
  ...["logs.tail", "usage.status", "usage.cost", "update.status", "diagnostics.stability"],
  ...["config.get", "config.schema", "config.schema.lookup", "channels.status", "commands.list"],
  ...["agents.list", "agent.identity.get", "agents.files.list", "agents.files.get", "agent.wait"],
  ...["models.list", "models.authStatus", "tools.catalog", "tools.effective"],
  ...["skills.status", "skills.search", "skills.detail"],
  ...["plugins.list", "plugins.inspect"],
  ...["qa.plugins.list", "qa.plugins.inspect", "qa.plugins.loads", "qa.plugins.plan"],
  ...["sessions.list", "sessions.get", "sessions.preview", "sessions.resolve", "chat.history"],
  ...["cron.list", "cron.status", "cron.runs", "node.list", "node.describe"],
]);

/** What `env.gateway.call(method, …)` does, as far as its method is a literal. */
export function effectOfCall(method: unknown): Effect {
  return typeof method === "string" && READING_METHODS.has(method) ? "reads" : "writes";
}
