import type { Environment } from "../gateway/process/env.ts";
import type { Lane } from "./schema.ts";

const DEFAULT_MINUTES = 30;

/** How often and how long a lane's scenarios run. */
export function limitsOfLane({ retries = 0, repeat = 1, minutes = DEFAULT_MINUTES }: Lane) {
  return { retries, repeat, minutes };
}

/** Guard variables that a lane sets, as environment variables. */
export function guardsOf({ guards = {} }: Lane): Record<string, string> {
  return Object.fromEntries(Object.entries(guards).map(([name, value]) => [name, String(value)]));
}

/** Which of a lane's secrets are not set. */
export function missingSecrets({ secrets = [] }: Lane, env: Environment): string[] {
  return secrets.filter((name) => !env[name]);
}
