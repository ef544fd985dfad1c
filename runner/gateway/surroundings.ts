import type { JsonObject } from "../base/json.ts";

/** Names that the scripted model goes by, each `provider/model`. */
export interface ModelNames {
  primary: string;
  /** Another model of the same provider, for scenarios that switch. */
  alternate: string;
}

/** What a scenario finds around its agent, where that differs from what a run has by itself. */
export interface Surroundings {
  models: ModelNames;
  /** Models of the provider `anthropic`, which are asked over that API; the scripted model is behind them as well. */
  anthropicModels: readonly string[];
  /** The gateway serves its Control UI, and the run's channel server says where. */
  controlUi: boolean;
}

/** Upstream's names for its scripted model: as provider, and of its first and its other model. */
const UPSTREAM_PROVIDER = "mock-openai";
const ALTERNATE = /\bgpt-\d+(?:\.\d+)*(?=-alt\b)/;
const UPSTREAM_MODEL = "gpt-5.5";
const ANTHROPIC_MODEL = /\banthropic\/(claude-[\w.-]*\w)/g;
const OPENS_PAGE = /\bwebOpenPage\b/;

/**
 * What upstream's runner puts around the agent of its scenarios, whose files take it for granted: the names of the models,
 * which see pictures, a model that makes pictures, memory, and the tools of its `coding` profile; where a file is about
 * them, Anthropic's models and the Control UI.
 * @param text of the scenario's file. Which model it is changes with upstream's releases: the one whose other model the
 *   file names
 */
export function upstreamSurroundings(text: string): Surroundings {
  const primary = `${UPSTREAM_PROVIDER}/${ALTERNATE.exec(text)?.[0] ?? UPSTREAM_MODEL}`;
  const anthropicModels = [...text.matchAll(ANTHROPIC_MODEL)].map(([, id = ""]) => id);
  return {
    models: { primary, alternate: `${primary}-alt` },
    anthropicModels: [...new Set(anthropicModels)],
    controlUi: OPENS_PAGE.test(text),
  };
}

/** The part of upstream's surroundings that any gateway takes. @param models that the agent may be switched to */
export function upstreamConfig({ primary, alternate }: ModelNames): JsonObject {
  return {
    agents: {
      defaults: { subagents: { allowAgents: ["*"] }, models: { [primary]: {}, [alternate]: {} } },
    },
    tools: { profile: "coding" },
  };
}
