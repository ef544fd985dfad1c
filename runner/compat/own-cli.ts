import { jsonIn } from "../actions/gateway/cli-json.ts";
import { isJsonObject, type JsonObject, objectsOf } from "../base/json.ts";
import { withoutSequences } from "../base/secrets/unseen.ts";
import type { DrivenGateway } from "../gateway/gateway.ts";

/** An install fetches packages, on a machine that may do other things. */
const CLI_MS = 300_000;

/** Flags that a gateway may ask for, each of which is a decision of the person who types it. */
const CONSENTS: readonly string[] = [
  ...["--accept-capabilities", "--acknowledge-install-policy-warning", "--dangerously-force-unsafe-install"],
];
const UNKNOWN_OPTION = /unknown option '?(--[\w-]+)/i;

/** How the gateway's own command line ended. */
export interface Told {
  ok: boolean;
  output: string;
  /** What had to be added to be let through. */
  consents: string[];
}

/** `plugins …` of a gateway's own command line, which releases do not all have with the same flags. */
export class PluginsCli {
  readonly #gateway: DrivenGateway;
  readonly #signal: AbortSignal;

  constructor(gateway: DrivenGateway, signal: AbortSignal) {
    this.#gateway = gateway;
    this.#signal = signal;
  }

  /**
   * @param env npm's, and what else this command alone gets
   * @throws BlockedError `cli`; the signal's reason
   */
  install(spec: string, env: Readonly<Record<string, string>>): Promise<Told> {
    // It only asks for a plugin that comes from nowhere it knows, as this one does, or replaces what is not there.
    return this.#run(["install", spec, "--force"], ["--force"], env);
  }

  /** @throws BlockedError `cli`; the signal's reason */
  uninstall(id: string): Promise<Told> {
    return this.#run(["uninstall", id, "--force"], ["--force"]);
  }

  /**
   * The plugins that the gateway finds, without loading them. @returns none where it says nothing that can be read
   * @throws BlockedError `cli`; the signal's reason
   */
  async list(): Promise<JsonObject[]> {
    const { output } = await this.#run(["list", "--json"], []);
    const report = jsonIn(output);
    return isJsonObject(report) ? objectsOf(report.plugins) : [];
  }

  /**
   * What the gateway says of a plugin that it loads for that. @returns undefined where it says nothing that can be read
   * @throws BlockedError `cli`; the signal's reason
   */
  async inspect(id: string): Promise<{ report: JsonObject | undefined; output: string }> {
    const { output } = await this.#run(["inspect", id, "--runtime", "--json"], ["--runtime"]);
    const report = jsonIn(output);
    return { report: isJsonObject(report) ? report : undefined, output };
  }

  /** Leaves out flags that a release does not know, and adds those that it asks for. */
  async #run(
    args: readonly string[],
    optional: readonly string[],
    env: Readonly<Record<string, string>> = {},
  ): Promise<Told> {
    let words = [...args];
    const consents: string[] = [];
    for (;;) {
      const { exitCode, stdout, stderr } = await this.#gateway.runCli(["plugins", ...words], {
        timeoutMs: CLI_MS,
        signal: this.#signal,
        env,
      });
      const output = withoutSequences([stdout, stderr].filter(Boolean).join("\n"));
      if (exitCode === 0) return { ok: true, output, consents };
      const unknown = UNKNOWN_OPTION.exec(output)?.[1];
      const wanted = CONSENTS.find((flag) => output.includes(flag) && !words.includes(flag));
      if (unknown !== undefined && optional.includes(unknown) && words.includes(unknown)) {
        words = words.filter((word) => word !== unknown);
      } else if (wanted !== undefined && unknown === undefined) {
        words.push(wanted);
        consents.push(wanted);
      } else return { ok: false, output, consents };
    }
  }
}
