import { isDeepStrictEqual } from "node:util";
import type { JsonObject } from "../../../runner/base/json.ts";
import type { GatewayUnderTest } from "../../../runner/gateway/gateway.ts";
import { pluginProblems } from "../../../runner/run/survival/survival.ts";

/** Something the gateway writes, and may be killed while writing. */
export interface Activity {
  name: string;
  /** The kill comes within this time after the start, in ms. */
  windowMs: number;
  /** Looks at the state that counts as the old one from here on. */
  prepare?(gateway: GatewayUnderTest): Promise<void>;
  /** Starts; the answer may never come. */
  begin(gateway: GatewayUnderTest, round: number): Promise<unknown>;
  /**
   * Looks at the next process.
   * @param acknowledged the gateway had reported that it was done
   * @returns which state it found
   * @throws Error when it is neither the old nor the new one
   */
  check(gateway: GatewayUnderTest, acknowledged: boolean): Promise<"old" | "new">;
}

/** A config write: afterwards the file holds the old config or the new one, and nothing else changed. */
export function configWrite(): Activity {
  let old: JsonObject = {};
  let baseHash = "";
  let pattern = "";
  const rest = ({ meta: _meta, messages: _messages, plugins: _plugins, ...others }: JsonObject) => others;
  const patternsOf = ({ messages }: JsonObject) =>
    (messages as { groupChat?: { mentionPatterns?: string[] } } | undefined)?.groupChat?.mentionPatterns;
  return {
    name: "config write",
    windowMs: 60,
    async prepare(gateway) {
      const snapshot = await gateway.call("config.get");
      old = snapshot.config as JsonObject;
      baseHash = String(snapshot.hash);
    },
    begin(gateway, round) {
      pattern = `@round-${round}`;
      const raw = JSON.stringify({ messages: { groupChat: { mentionPatterns: [pattern] } } });
      return gateway.call("config.patch", { raw, baseHash });
    },
    async check(gateway, acknowledged) {
      const { valid, config } = await gateway.call("config.get");
      const now = config as JsonObject;
      if (valid !== true) throw new Error("the config file is damaged");
      if (!isDeepStrictEqual(rest(now), rest(old))) throw new Error("another part of the config changed");
      const isNew = patternsOf(now)?.[0] === pattern;
      if (acknowledged && !isNew) throw new Error("a config write that was acknowledged is lost");
      if (!isNew && !isDeepStrictEqual(patternsOf(now), patternsOf(old))) {
        throw new Error(`the config holds neither the old nor the new value: ${patternsOf(now)}`);
      }
      return isNew ? "new" : "old";
    },
  };
}

/** A restart with a note: the sentinel that it leaves is whole or not there. */
export function sentinelWrite(): Activity {
  let mark = 0;
  let note = "";
  return {
    name: "sentinel write",
    windowMs: 100,
    begin(gateway, round) {
      mark = gateway.markLogs();
      note = `NOTE-${round}.`;
      return gateway.call("gateway.restart.request", {
        delayMs: 0,
        skipDeferral: true,
        skipCooldown: true,
        note,
        deliveryContext: { channel: "qa-channel", to: "channel:notes" },
      });
    },
    async check(gateway) {
      if (gateway.readLogsSince(mark).includes("restart sentinel of the last process was removed")) {
        throw new Error("the restart sentinel was half written");
      }
      const { sentinel } = await gateway.call("update.status");
      return (sentinel as { message?: string } | null)?.message === note ? "new" : "old";
    },
  };
}

/** Installs a plugin and uninstalls it again: afterwards it is there and works, or it is gone. */
export function pluginInstall(folder: string, id: string): Activity {
  let isInstalled = false;
  const target = () => !isInstalled;
  return {
    name: "install commit",
    windowMs: 250,
    begin: (gateway) =>
      target()
        ? gateway.call("qa.plugins.install", { spec: folder, restartDelayMs: 0 })
        : gateway.call("qa.plugins.uninstall", { id, restartDelayMs: 0 }),
    async check(gateway, acknowledged) {
      const { plugins } = await gateway.call("qa.plugins.list");
      const plugin = (plugins as JsonObject[]).find((entry) => entry.id === id);
      const [problem] = await pluginProblems(gateway);
      if (problem) throw new Error(problem);
      const wanted = target();
      isInstalled = plugin !== undefined;
      if (acknowledged && isInstalled !== wanted) throw new Error("an install that was acknowledged is lost");
      return isInstalled === wanted ? "new" : "old";
    },
  };
}
