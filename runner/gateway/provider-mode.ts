/** Who answers the agent: the model that the run brings, or a real provider. */
export type ModelChoice = "scripted" | "live";

/** What scenarios, flows and reports call these choices; upstream's words. */
export const PROVIDER_MODE = { scripted: "mock-openai", live: "live-frontier" } as const satisfies Record<
  ModelChoice,
  string
>;

export type ProviderMode = (typeof PROVIDER_MODE)[ModelChoice];
