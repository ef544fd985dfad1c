import { readInspected } from "../../compat/brings.ts";
import { PluginsCli } from "../../compat/own-cli.ts";
import type { DrivenGateway } from "../../gateway/gateway.ts";

/** A plugin that does not come with the release. */
export interface PluginStock {
  id: string;
  /** `loaded`, `disabled`, `error` … */
  status: string;
  /** What is wrong with it, where that is said: why it is not loaded, or what it could not register. */
  why?: string;
  /** Names of what it registers when it is loaded, by kind. */
  registers: Readonly<Record<string, readonly string[]>>;
}

/** The run's own. */
const CHANNEL = "qa-channel";

/**
 * What plugins an installation has besides those of its release, and what each brings: the gateway's own command line loads
 * them for that, in a process of its own.
 * @throws the signal's reason
 */
export async function takePlugins(gateway: DrivenGateway, signal: AbortSignal): Promise<PluginStock[]> {
  const cli = new PluginsCli(gateway, signal);
  const plugins: PluginStock[] = [];
  for (const { id, origin, ...listed } of await cli.list()) {
    if (typeof id !== "string" || id === CHANNEL || origin === "bundled") continue;
    if (listed.enabled === false || listed.state === "disabled") {
      plugins.push({ id, status: "disabled", registers: {} });
      continue;
    }
    const { report } = await cli.inspect(id);
    const { status, error, registers, diagnostics } = readInspected(report ?? {});
    const why = error ?? diagnostics.find(({ level }) => level === "error")?.message;
    plugins.push({ id, status, registers, ...(why === undefined ? {} : { why }) });
  }
  return plugins.sort((one, other) => (one.id < other.id ? -1 : 1));
}
