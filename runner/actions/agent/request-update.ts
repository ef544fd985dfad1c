import { agentSessionKey, DEFAULT_ACCOUNT } from "../channel/session-key.ts";
import type { ActionContext } from "../context.ts";
import { actionsOf } from "../define.ts";
import { requireBegun } from "../gateway/update.ts";
import { NOTHING, STRING, type ValuesOf } from "../schema.ts";
import { OPERATOR, say } from "./conversation.ts";

const CHANNEL = "qa-channel";

const PARAMS = {
  text: { ...STRING, description: "what the person writes, to whom the agent listens where it may update" },
  note: { ...STRING, description: "what is passed on with the request; the text has to ask for it as well" },
  in: { ...STRING, names: "room", description: "the room" },
  as: { ...STRING, default: OPERATOR, names: "room", description: "who asks" },
} as const;

/** @throws BlockedError with the gateway's reason when it cannot update itself in this environment */
async function requestUpdate(
  context: ActionContext,
  { text, note, in: room, as }: ValuesOf<typeof PARAMS>,
): Promise<void> {
  const { agentId, updatePlan } = context.gateway;
  if (!updatePlan?.isService) {
    say(context, { text, in: room, as });
    return;
  }
  const peer = { kind: "channel", id: room } as const;
  const answer = await context.call("update.run", {
    note,
    sessionKey: agentSessionKey({ channel: CHANNEL, agentId, peer }),
    deliveryContext: { channel: CHANNEL, to: `channel:${room}`, accountId: DEFAULT_ACCOUNT },
  });
  requireBegun(answer);
}

export const requestUpdateActions = actionsOf("update", (define) => ({
  requestUpdate: define({
    summary:
      "Asks for an update on behalf of a room: a person asks the agent. Of a release that is updated as its operator's service a client asks for the same room (`update.run`), because such releases take no call of `update.run` from turns that the QA channel starts.",
    params: PARAMS,
    main: "text",
    returns: NOTHING,
    statement: "acts",
    effect: "converses",
    needs: "qa-channel",
    run: requestUpdate,
  }),
}));
