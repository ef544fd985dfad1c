import { guardedEnv } from "../../base/guardian.ts";
import type { TempRoot } from "./temp-root.ts";

/** What a gateway may see of the runner's environment. Everything else, provider keys first of all, stays out. */
const PASSED_ON =
  /^(?:PATH|LANG|LANGUAGE|LC_\w+|TZ|USER|LOGNAME|SHELL|SYSTEMROOT|WINDIR|COMSPEC|PATHEXT|NUMBER_OF_PROCESSORS)$/i;

export type Environment = Readonly<Record<string, string | undefined>>;

export interface GatewayEnvOptions {
  /** The runner's own environment. */
  base: Environment;
  tempRoot: TempRoot;
  token: string;
  /** Nothing but its home says where its state is; see `GatewayProgram`. */
  isAccountsOwn?: boolean;
  /** Process whose end ends the gateway as well. */
  parentPid: number;
  /** Set last, on purpose: a release's own variables and a test's faults. */
  extra?: Readonly<Record<string, string>>;
}

/**
 * The whole environment of a gateway process: isolated from the user's home, state and credentials.
 * It holds no secret but the gateway's own token.
 */
export function gatewayEnv({
  base,
  tempRoot,
  token,
  isAccountsOwn,
  parentPid,
  extra,
}: GatewayEnvOptions): Record<string, string> {
  const passedOn: Record<string, string> = {};
  for (const [name, value] of Object.entries(base)) {
    if (value !== undefined && PASSED_ON.test(name)) passedOn[name] = value;
  }
  return guardedEnv({
    ...passedOn,
    HOME: tempRoot.homeDir,
    USERPROFILE: tempRoot.homeDir,
    TMPDIR: tempRoot.tmpDir,
    TMP: tempRoot.tmpDir,
    TEMP: tempRoot.tmpDir,
    NO_COLOR: "1",
    ...(isAccountsOwn ? {} : places(tempRoot, token)),
    OPENCLAW_QA_PARENT_PID: String(parentPid),
    OPENCLAW_QA_TEMP_ROOT: tempRoot.root,
    ...extra,
  });
}

/** What all of these have Node load; each would take the place of the one before. */
export function nodeOptionsOf(...envs: readonly (Environment | undefined)[]): Record<string, string> {
  const given = envs.flatMap((env) => env?.NODE_OPTIONS ?? []);
  return given.length > 1 ? { NODE_OPTIONS: given.join(" ") } : {};
}

function places(tempRoot: TempRoot, token: string): Record<string, string> {
  return {
    XDG_CONFIG_HOME: tempRoot.xdgConfigDir,
    XDG_DATA_HOME: tempRoot.xdgDataDir,
    XDG_CACHE_HOME: tempRoot.xdgCacheDir,
    OPENCLAW_HOME: tempRoot.homeDir,
    OPENCLAW_STATE_DIR: tempRoot.stateDir,
    OPENCLAW_CONFIG_PATH: tempRoot.configPath,
    OPENCLAW_OAUTH_DIR: tempRoot.oauthDir,
    OPENCLAW_GATEWAY_TOKEN: token,
  };
}
