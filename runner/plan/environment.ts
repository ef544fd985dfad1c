import { SHORTEST_SECRET } from "../base/secrets/known.ts";
import type { Environment } from "../gateway/process/env.ts";
import type { PreparedScenario } from "../run/prepared.ts";
import type { Scenario } from "../scenario/types.ts";

/**
 * The variables that a scenario's gateway gets, with their values from the caller's environment; or why the scenario is
 * blocked without them.
 */
export function environmentOf(
  { meta, pack }: Scenario,
  callers: Environment,
): Pick<PreparedScenario, "environment" | "blocked"> {
  const { env = [], secrets = [] } = meta;
  const taken = Array.isArray(env) ? env : [];
  const given = Array.isArray(env) ? {} : (env as Record<string, string>);
  const wanted = [...taken, ...secrets];
  if (wanted.length > 0 && pack.foreign && !pack.trusted) {
    return {
      blocked: {
        reason: `it wants ${wanted.join(" and ")} of your environment, which the pack may give to its plugins`,
        hint: "`--trust` grants it: use it for a pack whose code you trust",
      },
    };
  }
  const missing = wanted.filter((name) => !callers[name]);
  if (missing.length > 0) {
    const names = missing.join(" and ");
    return {
      blocked: {
        reason: `the environment has no ${names}, which the scenario's gateway needs`,
        hint: `Set ${names} where \`qa\` is started`,
      },
    };
  }
  const short = secrets.filter((name) => (callers[name]?.length ?? 0) < SHORTEST_SECRET);
  if (short.length > 0) {
    return {
      blocked: {
        reason: `the secret ${short.join(" and ")} has fewer than ${SHORTEST_SECRET} characters: it cannot be told from other text, and so not be kept out of reports`,
        hint: "Use a longer one",
      },
    };
  }
  if (env === meta.env || secrets.length > 0) {
    return {
      environment: { env: { ...valuesOf(taken, callers), ...given }, secrets: valuesOf(secrets, callers) },
    };
  }
  return {};
}

function valuesOf(names: readonly string[], callers: Environment): Record<string, string> {
  return Object.fromEntries(names.map((name) => [name, callers[name] ?? ""]));
}
