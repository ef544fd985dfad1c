import type { Vocabulary, VocabularyEntry } from "../flow/vocabulary.ts";
import type { ActionSet } from "./action.ts";
import { agentActions } from "./agent.ts";
import { channelActions } from "./channel.ts";
import { configActions } from "./config.ts";
import { coreActions } from "./core.ts";
import { cronActions } from "./cron.ts";
import { gatewayActions } from "./gateway.ts";
import { gatewayCliActions } from "./gateway-cli.ts";
import { imageActions } from "./images.ts";
import { importActions } from "./imports.ts";
import { judgementActions } from "./judgements.ts";
import { logActions } from "./logs.ts";
import { mcpActions } from "./mcp.ts";
import { memoryActions } from "./memory.ts";
import { messageActions } from "./messages.ts";
import { modelActions } from "./model.ts";
import { notOfferedActions } from "./not-offered.ts";
import { objectEntries } from "./objects.ts";
import { pluginActions } from "./plugins.ts";
import { restartActions } from "./restart.ts";
import { routingActions } from "./routing.ts";
import { sessionStoreActions } from "./session-store.ts";
import { sessionActions } from "./sessions.ts";
import { skillActions } from "./skills.ts";
import { toolFixtureActions } from "./tool-fixture.ts";
import { toolActions } from "./tools.ts";
import { transcriptSeedActions } from "./transcript-seed.ts";
import { transcriptActions } from "./transcripts.ts";
import { transportActions } from "./transport.ts";

/** Every function that flows can call by name. */
export const ACTIONS: ActionSet = {
  ...coreActions,
  ...importActions,
  ...channelActions,
  ...messageActions,
  ...gatewayActions,
  ...gatewayCliActions,
  ...restartActions,
  ...configActions,
  ...skillActions,
  ...pluginActions,
  ...sessionActions,
  ...routingActions,
  ...transcriptActions,
  ...transcriptSeedActions,
  ...sessionStoreActions,
  ...agentActions,
  ...toolActions,
  ...toolFixtureActions,
  ...mcpActions,
  ...modelActions,
  ...imageActions,
  ...cronActions,
  ...memoryActions,
  ...logActions,
  ...judgementActions,
  ...notOfferedActions,
};

/** Everything that flows can name, for the flow compiler and for docs/actions.md. */
export const VOCABULARY: Vocabulary = {
  ...ACTIONS,
  ...objectEntries(transportActions as Record<string, VocabularyEntry>),
};
