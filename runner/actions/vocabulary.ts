import { agentActions } from "./agent/agent.ts";
import { conversationStatements } from "./agent/conversation.ts";
import { cronStatements } from "./agent/cron.ts";
import { sessionStatements } from "./agent/expect.ts";
import { requestUpdateActions } from "./agent/request-update.ts";
import { sessionActions } from "./agent/sessions.ts";
import { transcriptActions } from "./agent/transcripts.ts";
import { workspaceStatements } from "./agent/workspace.ts";
import { accountStatements } from "./channel/accounts.ts";
import { channelActions } from "./channel/channel.ts";
import { messageStatements } from "./channel/expect.ts";
import { messageActions } from "./channel/messages.ts";
import { sessionKeyActions } from "./channel/session-key.ts";
import { atOnceActions } from "./config/at-once.ts";
import { configActions } from "./config/config.ts";
import { editActions } from "./config/edit.ts";
import { configStatements } from "./config/expect.ts";
import { stopAndStartStatements } from "./config/stop-and-start.ts";
import { tokenStatements } from "./config/token.ts";
import type { Action, ActionSet } from "./define.ts";
import { coreActions } from "./env/core.ts";
import { rpcAction } from "./env/gateway-object.ts";
import { importActions } from "./env/imports.ts";
import { FLOW_OBJECTS } from "./env/objects.ts";
import type { FlowMember } from "./env/run.ts";
import { skillStatements } from "./extensions/expect.ts";
import { callStatements } from "./extensions/expect-calls.ts";
import { pluginStatements } from "./extensions/expect-plugins.ts";
import { managePluginStatements } from "./extensions/manage-plugins.ts";
import { pluginActions } from "./extensions/plugins.ts";
import { skillActions } from "./extensions/skills.ts";
import { toolActions } from "./extensions/tools.ts";
import { cliStatements } from "./gateway/cli-statement.ts";
import { gatewayStatements } from "./gateway/expect.ts";
import { fileStatements } from "./gateway/expect-files.ts";
import { healthStatements } from "./gateway/expect-health.ts";
import { logStatements } from "./gateway/expect-log.ts";
import { gatewayActions } from "./gateway/gateway.ts";
import { gatewayCliActions } from "./gateway/gateway-cli.ts";
import { logActions } from "./gateway/logs.ts";
import { restartActions } from "./gateway/restart.ts";
import { updateActions } from "./gateway/update.ts";
import { httpStatements } from "./http/expect.ts";
import { modelStatements } from "./model/expect.ts";
import { modelActions } from "./model/model.ts";
import { orderStatements } from "./scene/in-order.ts";
import { ALIASES } from "./upstream/aliases.ts";
import { channelNameActions } from "./upstream/channel-names.ts";
import { configSettleActions } from "./upstream/config-settle.ts";
import { cronActions } from "./upstream/cron.ts";
import { historyReplyActions } from "./upstream/history-reply.ts";
import { imageActions } from "./upstream/images.ts";
import { judgementActions } from "./upstream/judgements.ts";
import { mcpActions } from "./upstream/mcp.ts";
import { memoryActions } from "./upstream/memory.ts";
import { moduleStepActions } from "./upstream/module-steps.ts";
import { notOfferedActions } from "./upstream/not-offered.ts";
import { routingActions } from "./upstream/routing.ts";
import { sessionStoreActions } from "./upstream/session-store.ts";
import { toolFixtureActions } from "./upstream/tool-fixture.ts";
import { toolPayloadActions } from "./upstream/tool-payload.ts";
import { transcriptSeedActions } from "./upstream/transcript-seed.ts";
import { webActions } from "./upstream/web.ts";

const ACTIONS: ActionSet = {
  ...coreActions,
  ...importActions,
  ...channelActions,
  ...messageActions,
  ...channelNameActions,
  ...gatewayActions,
  ...gatewayCliActions,
  ...restartActions,
  ...updateActions,
  ...requestUpdateActions,
  ...configActions,
  ...skillActions,
  ...pluginActions,
  ...sessionActions,
  ...sessionKeyActions,
  ...transcriptActions,
  ...agentActions,
  ...toolActions,
  ...modelActions,
  ...logActions,
  ...conversationStatements,
  ...messageStatements,
  ...modelStatements,
  ...httpStatements,
  ...gatewayStatements,
  ...logStatements,
  ...cliStatements,
  ...fileStatements,
  ...healthStatements,
  ...configStatements,
  ...sessionStatements,
  ...pluginStatements,
  ...managePluginStatements,
  ...callStatements,
  ...stopAndStartStatements,
  ...skillStatements,
  ...orderStatements,
  ...editActions,
  ...atOnceActions,
  ...workspaceStatements,
  ...accountStatements,
  ...tokenStatements,
  ...cronStatements,
  ...forUpstream({
    ...moduleStepActions,
    ...configSettleActions,
    ...routingActions,
    ...historyReplyActions,
    ...transcriptSeedActions,
    ...sessionStoreActions,
    ...toolPayloadActions,
    ...toolFixtureActions,
    ...mcpActions,
    ...imageActions,
    ...cronActions,
    ...memoryActions,
    ...judgementActions,
    ...webActions,
    ...notOfferedActions,
  }),
};

/** What exists only for the files of upstream has nothing that takes its place. */
function forUpstream(actions: ActionSet): ActionSet {
  return Object.fromEntries(
    Object.entries(actions).map(([name, action]) => [
      name,
      { ...action, inSteps: action.inSteps ?? "nothing: it exists for upstream's files" },
    ]),
  );
}

function withAliases(actions: ActionSet): ActionSet {
  for (const name of Object.keys(ALIASES))
    if (!actions[name]) throw new Error(`there is no action ${name} to give aliases to`);
  return Object.fromEntries(
    Object.entries(actions).map(([name, action]) => [name, { ...action, aliases: ALIASES[name] }]),
  );
}

/** Everything that the older forms can name, with what stands behind it: for the compiler, docs/actions.md and runs. */
export const FLOW_API: Readonly<Record<string, FlowMember>> = {
  ...withAliases(only(({ positional }) => positional !== undefined)),
  ...FLOW_OBJECTS,
};

/** The actions that are statements of steps below headings. */
export const STATEMENTS: ActionSet = { ...only(({ statement }) => statement !== undefined), rpc: rpcAction };

function only(chosen: (action: Action) => boolean): ActionSet {
  return Object.fromEntries(Object.entries(ACTIONS).filter(([, action]) => chosen(action)));
}
