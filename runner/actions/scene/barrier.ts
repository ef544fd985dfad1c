import type { ActionContext } from "../context.ts";
import { waitIn } from "../wait.ts";
import { BARRIER } from "./scene.ts";

const BARRIER_MS = 15_000;

/** Someone whose commands the gateway answers: where it has owners, one of them. */
async function commander(context: ActionContext): Promise<string> {
  const { config } = await context.call("config.get", {});
  const { commands } = (config ?? {}) as { commands?: { ownerAllowFrom?: unknown[] } };
  return String(commands?.ownerAllowFrom?.[0] ?? BARRIER);
}

/**
 * Returns when the gateway has worked off what it had to send when this was called: a chat command of the run's own, which
 * needs no model, has been answered. Without the run's channel, when the gateway has answered a call.
 */
export async function barrier(context: ActionContext): Promise<void> {
  const { bus, gateway } = context;
  await context.identity();
  if (!gateway.capabilities.has("qa-channel")) return;
  const answers = () =>
    bus.outboundMessages().filter(({ conversation }) => conversation.id === BARRIER).length;
  const before = answers();
  bus.addInboundMessage({
    conversation: { id: BARRIER, kind: "direct" },
    senderId: await commander(context),
    text: "/whoami",
  });
  await waitIn(context, "the run's own message to come back", () => answers() > before, {
    timeoutMs: BARRIER_MS,
  });
}
