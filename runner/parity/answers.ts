import { differences } from "../shape/differences.ts";
import { mergeAll } from "../shape/shape.ts";
import type { GatewayRun } from "./gateway-run.ts";
import type { ParityMethod } from "./parity-schema.ts";

/**
 * Compares what the gateways answered, method by method. Only scenarios in which every gateway answered the
 * method count: with different questions the answers would differ by themselves.
 */
export function compareAnswers(runs: readonly GatewayRun[]): ParityMethod[] {
  const methods = new Set(
    runs.flatMap(({ answers }) => [...answers.values()].flatMap((shapes) => [...shapes.keys()])),
  );
  return [...methods].sort().flatMap((method) => compareMethod(method, runs));
}

function compareMethod(method: string, runs: readonly GatewayRun[]): ParityMethod[] {
  const [first] = runs;
  const scenarios = [...(first?.answers.keys() ?? [])].filter((id) =>
    runs.every(({ answers }) => answers.get(id)?.has(method)),
  );
  if (scenarios.length === 0) return [];
  const compared = runs.map(({ answers }) =>
    scenarios.flatMap((id) => {
      const shape = answers.get(id)?.get(method);
      return shape ? [shape] : [];
    }),
  );
  const found = differences(compared.map((shapes) => mergeAll(shapes.map(({ shape }) => shape))));
  return [
    {
      method,
      scenarios,
      answers: compared.map((shapes) => shapes.reduce((sum, { answers }) => sum + answers, 0)),
      differences: found.map(({ path, kinds }) => ({ path, kinds: [...kinds] })),
    },
  ];
}
