import type { AnswerShape } from "../shape/answers.ts";
import { differences } from "../shape/differences.ts";
import { mergeAll } from "../shape/shape.ts";
import type { GatewayRun } from "./gateway-run.ts";
import type { ParityMethod } from "./parity-schema.ts";

/** Members of `config.get` that repeat the config in another state: their content is compared in `config`. */
const REPEATED = /^(?:parsed|resolved|runtimeConfig|sourceConfig)\./;

/**
 * Compares what the gateways answered, method by method. Only scenarios in which every gateway answered the
 * method count: different questions give different answers anyway. A gateway without any answers, because it could not
 * run, takes no part.
 */
export function compareAnswers(runs: readonly GatewayRun[]): ParityMethod[] {
  const parts = runs.map(({ answers }) => (answers.size > 0 ? answers : undefined));
  const taking = parts.filter((answers) => answers !== undefined);
  if (taking.length < 2) return [];
  const methods = new Set(
    taking.flatMap((answers) => [...answers.values()].flatMap((each) => [...each.keys()])),
  );
  return [...methods].sort().flatMap((method): ParityMethod[] => {
    const scenarios = [...(taking[0]?.keys() ?? [])].filter((id) =>
      taking.every((answers) => answers.get(id)?.has(method)),
    );
    return scenarios.length > 0 ? [compareMethod(method, scenarios, parts)] : [];
  });
}

function compareMethod(
  method: string,
  scenarios: string[],
  parts: readonly (GatewayRun["answers"] | undefined)[],
): ParityMethod {
  const compared = parts.map((answers) =>
    scenarios.flatMap((id): AnswerShape[] => {
      const answer = answers?.get(id)?.get(method);
      return answer ? [answer] : [];
    }),
  );
  const found = differences(
    compared.map((seen) => (seen.length > 0 ? mergeAll(seen.map(({ shape }) => shape)) : undefined)),
  );
  return {
    method,
    scenarios,
    answers: compared.map((seen) => seen.reduce((sum, { answers }) => sum + answers, 0)),
    differences: found
      .filter(({ path }) => method !== "config.get" || !REPEATED.test(path))
      .map(({ path, kinds }) => ({ path, kinds: [...kinds] })),
  };
}
