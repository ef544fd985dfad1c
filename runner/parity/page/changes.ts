import { ABSENT, NOT_SEEN } from "../../shape/differences.ts";
import type { GatewayRun } from "../gateway-run.ts";
import type { ParityReport, ParityResult, ParityScenario } from "../parity-schema.ts";
import { isCompared } from "../verdicts.ts";
import type { ScenarioFacts } from "./facts.ts";

/** `gone` and `new` as seen by who goes from the first gateway to the second. */
type Kind = "gone" | "new" | "other";

/** A place in an answer or in the config that is not as it was. */
export interface Changed {
  path: string;
  kind: Kind;
  /** What is there on each. */
  values: [string, string];
}

/** What differs between two gateways for those who use them. */
export interface Changes {
  report: ParityReport;
  /** Scenarios that did not end in the same way, those that did, and those that say nothing about the two. */
  verdicts: { different: ParityScenario[]; same: ParityScenario[]; open: ParityScenario[] };
  config: Changed[];
  methods: { method: string; changed: Changed[] }[];
  /** Per scenario, what only one of the two said. */
  messages: { id: string; only: [string[], string[]]; both: number }[];
  /** Scenarios in which the two did not start equally often. */
  restarts: { id: string; starts: [number, number] }[];
  /** Milliseconds, of scenarios that ran on both. */
  times: { id: string; took: [number, number]; ready: [number | undefined, number | undefined] }[];
}

/** Methods whose answers hold the config. */
const WITH_CONFIG: ReadonlySet<string> = new Set(["config.get", "config.patch", "config.apply"]);
const CONFIG = "config.";

/** A gateway's run, and what its scenarios' evidence says. */
export interface Side {
  run: GatewayRun;
  facts: ReadonlyMap<string, ScenarioFacts>;
}

/** @param report the comparison of the two runs, in their order */
export function changesBetween(report: ParityReport, [first, second]: readonly [Side, Side]): Changes {
  const { scenarios, methods } = report;
  const ranOnBoth = scenarios.filter(({ results }) => results.every(ran));
  const compared = scenarios.filter((scenario) => isCompared(scenario) && !scenario.results.some(isMishap));
  const config = new Map<string, Changed>();
  const answers: Changes["methods"] = [];
  for (const { method, differences } of methods) {
    const all = differences.flatMap(({ path, kinds }) => changedOf(path, kinds));
    const inConfig = ({ path }: Changed) => WITH_CONFIG.has(method) && path.startsWith(CONFIG);
    for (const change of all.filter(inConfig)) {
      const path = change.path.slice(CONFIG.length);
      if (!config.has(path)) config.set(path, { ...change, path });
    }
    const changed = all.filter((change) => !inConfig(change));
    if (changed.length > 0) answers.push({ method, changed });
  }
  return {
    report,
    verdicts: {
      different: compared.filter(({ same }) => !same),
      same: compared.filter(({ same }) => same),
      open: scenarios.filter((scenario) => !compared.includes(scenario)),
    },
    config: [...config.values()].sort((a, b) => (a.path < b.path ? -1 : 1)),
    methods: answers,
    messages: ranOnBoth.flatMap(({ id }) => messagesOf(id, first, second)),
    restarts: ranOnBoth.flatMap(({ id }) => {
      const starts = [first, second].map(({ facts }) => facts.get(id)?.starts);
      const [a, b] = starts;
      return a !== undefined && b !== undefined && a !== b ? [{ id, starts: [a, b] }] : [];
    }),
    times: ranOnBoth.map(({ id, results: [a, b] }) => ({
      id,
      took: [a?.durationMs ?? 0, b?.durationMs ?? 0],
      ready: [readyMs(first, id), readyMs(second, id)],
    })),
  };
}

/** It ran to its end, so that what the gateway did can be compared. */
function ran(result: ParityResult): boolean {
  return result.verdict === "passed" || (result.verdict === "failed" && !isMishap(result));
}

/** It failed, and neither the gateway nor the scenario is to blame. */
function isMishap({ verdict, fault }: ParityResult): boolean {
  return verdict === "failed" && fault !== "product" && fault !== "scenario";
}

/** A place that one of the two has never filled says nothing. */
function changedOf(path: string, [before = "", after = ""]: readonly string[]): Changed[] {
  if (before === NOT_SEEN || after === NOT_SEEN) return [];
  const kind = after === ABSENT ? "gone" : before === ABSENT ? "new" : "other";
  return [{ path, kind, values: [before, after] }];
}

function messagesOf(id: string, first: Side, second: Side): Changes["messages"] {
  const [before, after] = [first, second].map(({ facts }) => facts.get(id)?.messages ?? []) as [
    string[],
    string[],
  ];
  const only: [string[], string[]] = [without(before, after), without(after, before)];
  if (only.every((messages) => messages.length === 0)) return [];
  return [{ id, only, both: before.length - only[0].length }];
}

/** What is left of `messages` when each of `others` takes away one that is like it. */
function without(messages: readonly string[], others: readonly string[]): string[] {
  const left = [...others];
  return messages.filter((message) => {
    const at = left.indexOf(message);
    if (at !== -1) left.splice(at, 1);
    return at === -1;
  });
}

function readyMs({ run }: Side, id: string): number | undefined {
  return run.report?.scenarios.find((scenario) => scenario.id === id)?.gateway?.readyMs;
}
