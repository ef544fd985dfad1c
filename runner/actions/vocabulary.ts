import type { Vocabulary, VocabularyEntry } from "../flow/vocabulary.ts";
import type { ActionSet } from "./action.ts";
import { agentActions } from "./agent.ts";
import { channelActions, transportActions } from "./channel.ts";
import { configActions } from "./config.ts";
import { coreActions } from "./core.ts";
import { gatewayActions } from "./gateway.ts";
import { gatewayCliActions } from "./gateway-cli.ts";
import { logActions } from "./logs.ts";
import { modelActions } from "./model.ts";
import { objectEntries } from "./objects.ts";
import { pluginActions } from "./plugins.ts";
import { restartActions } from "./restart.ts";
import { sessionActions } from "./sessions.ts";
import { skillActions } from "./skills.ts";
import { updateActions } from "./update.ts";

/** Every function that flows can call by name. */
export const ACTIONS: ActionSet = {
  ...coreActions,
  ...channelActions,
  ...gatewayActions,
  ...gatewayCliActions,
  ...restartActions,
  ...updateActions,
  ...configActions,
  ...skillActions,
  ...pluginActions,
  ...sessionActions,
  ...agentActions,
  ...modelActions,
  ...logActions,
};

/** Everything that flows can name, for the flow compiler and for docs/actions.md. */
export const VOCABULARY: Vocabulary = {
  ...ACTIONS,
  ...objectEntries(transportActions as Record<string, VocabularyEntry>),
};
