/** Older and other names of actions, as upstream's scenarios call them. */
export const ALIASES: Readonly<Record<string, readonly string[]>> = {
  liveTurnTimeoutMs: ["resolveQaLiveTurnTimeoutMs"],
  waitForOutboundMessage: ["waitForTransportOutboundMessage", "waitForChannelOutboundMessage"],
  waitForNoOutbound: ["waitForNoTransportOutbound"],
  reset: ["resetBus", "resetTransport"],
  formatConversationTranscript: ["formatTransportTranscript"],
  waitForTransportReady: ["waitForChannelReady", "waitForQaChannelReady"],
  runGatewayCli: ["runQaCli"],
  hasModelSwitchContinuitySignal: ["hasModelSwitchContinuityEvidence"],
};
