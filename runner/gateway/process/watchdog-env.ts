import { pathToFileURL } from "node:url";
import { PROGRAMS } from "../../base/places.js";
import type { Environment } from "./env.ts";

/** Module that ends a process whose run is gone; for `node --import`. */
export const WATCHDOG = pathToFileURL(PROGRAMS.watchdog).href;

/**
 * Environment with which a Node program and what it starts end with this process, even when it is killed, and take
 * `folder` with them.
 */
export function watchedEnv<Env extends Environment>(env: Env, folder: string) {
  return {
    ...env,
    NODE_OPTIONS: [env.NODE_OPTIONS, `--import=${WATCHDOG}`].filter(Boolean).join(" "),
    OPENCLAW_QA_PARENT_PID: String(process.pid),
    OPENCLAW_QA_TEMP_ROOT: folder,
  };
}
