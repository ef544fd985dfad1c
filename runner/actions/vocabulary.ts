import type { Vocabulary, VocabularyEntry } from "../flow/vocabulary.ts";
import { agentActions } from "./agent/agent.ts";
import { sessionActions } from "./agent/sessions.ts";
import { transcriptActions } from "./agent/transcripts.ts";
import { channelActions } from "./channel/channel.ts";
import { messageActions } from "./channel/messages.ts";
import { routingActions } from "./channel/routing.ts";
import { transportActions } from "./channel/transport.ts";
import { configActions } from "./config/config.ts";
import type { ActionSet } from "./define.ts";
import { coreActions } from "./env/core.ts";
import { importActions } from "./env/imports.ts";
import { objectEntries } from "./env/objects.ts";
import { pluginActions } from "./extensions/plugins.ts";
import { skillActions } from "./extensions/skills.ts";
import { toolActions } from "./extensions/tools.ts";
import { gatewayActions } from "./gateway/gateway.ts";
import { gatewayCliActions } from "./gateway/gateway-cli.ts";
import { logActions } from "./gateway/logs.ts";
import { restartActions } from "./gateway/restart.ts";
import { updateActions } from "./gateway/update.ts";
import { modelActions } from "./model/model.ts";
import { cronActions } from "./upstream/cron.ts";
import { imageActions } from "./upstream/images.ts";
import { judgementActions } from "./upstream/judgements.ts";
import { mcpActions } from "./upstream/mcp.ts";
import { memoryActions } from "./upstream/memory.ts";
import { notOfferedActions } from "./upstream/not-offered.ts";
import { sessionStoreActions } from "./upstream/session-store.ts";
import { toolFixtureActions } from "./upstream/tool-fixture.ts";
import { transcriptSeedActions } from "./upstream/transcript-seed.ts";

/** Every function that flows can call by name. */
export const ACTIONS: ActionSet = {
  ...coreActions,
  ...importActions,
  ...channelActions,
  ...messageActions,
  ...gatewayActions,
  ...gatewayCliActions,
  ...restartActions,
  ...updateActions,
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
