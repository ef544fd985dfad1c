import { withoutSequences } from "../base/secrets/unseen.ts";
import type { DrivenGateway } from "../gateway/gateway.ts";
import type { Release } from "./release.ts";

/** A migration reads and writes the whole state. */
const MIGRATION_MS = 900_000;

/** How a migration ended. */
export interface Migrated {
  ok: boolean;
  exitCode: number | undefined;
  ms: number;
  /** What it said, a line each. */
  said: string[];
}

/** A way to bring an installation to another release. */
export interface UpdateWay {
  /** What the operator does, in order; typed in a shell. */
  commands(to: Release): string[];
  /**
   * What is done when the old gateway has ended, the new package is in its place, and nothing runs.
   * @param gateway the new release's, which has not been started
   */
  migrate(gateway: DrivenGateway, signal: AbortSignal): Promise<Migrated>;
}

/** As it is documented for a gateway that something else than the release keeps running. */
const EXTERNAL: UpdateWay = {
  commands: ({ version }) => [
    "stop the gateway",
    `npm install -g openclaw@${version}`,
    "OPENCLAW_SERVICE_REPAIR_POLICY=external openclaw doctor --fix --non-interactive",
    "start the gateway",
  ],
  async migrate(gateway, signal) {
    const begun = performance.now();
    const { exitCode, stdout, stderr } = await gateway.runCli(["doctor", "--fix", "--non-interactive"], {
      timeoutMs: MIGRATION_MS,
      signal,
      env: { OPENCLAW_SERVICE_REPAIR_POLICY: "external" },
    });
    const ms = Math.round(performance.now() - begun);
    return { ok: exitCode === 0, exitCode, ms, said: linesOf(`${stdout}\n${stderr}`) };
  },
};

/** The embedded gateway has nothing to migrate; what it says of config and plugins counts all the same. */
const LOOKED_AT: UpdateWay = {
  commands: ({ version }) => [
    "stop the gateway",
    `install ${version}`,
    "gateway doctor",
    "start the gateway",
  ],
  async migrate(gateway, signal) {
    const begun = performance.now();
    const { exitCode, stdout, stderr } = await gateway.runCli(["doctor"], {
      timeoutMs: MIGRATION_MS,
      signal,
    });
    const ms = Math.round(performance.now() - begun);
    return { ok: exitCode === 0, exitCode, ms, said: linesOf(`${stdout}\n${stderr}`) };
  },
};

/** How an operator would bring an installation to a release. */
export function wayTo({ packageRoot }: Release): UpdateWay {
  return packageRoot === undefined ? LOOKED_AT : EXTERNAL;
}

/** Lines of prose, out of the boxes that they are drawn in. */
function linesOf(output: string): string[] {
  return withoutSequences(output)
    .split("\n")
    .map((line) =>
      line
        .replaceAll(/[│┌┐└┘├┤─╮╯╭╰◇◆●○|]+/g, " ")
        .replaceAll(/\s+/g, " ")
        .trim(),
    )
    .filter((line) => /[A-Za-z]{3}/.test(line));
}
