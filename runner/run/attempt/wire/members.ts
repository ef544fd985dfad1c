import type { ChannelBus } from "../../../channel/channel-bus.ts";
import type { DrivenGateway } from "../../../gateway/gateway.ts";
import type { HttpFakes } from "../../../http/fakes.ts";
import type { AgentModel } from "../../../model/agent-model.ts";

/**
 * How a member of the testbed is reached from an attempt's process. `constant`: read once. `value`: read each time it is
 * looked at. `now`: called, and the caller stands still until it returns. `later`: called, and a promise is returned.
 */
export type MemberKind = "constant" | "value" | "now" | "later";

/** The parts of a testbed that a scenario drives. */
export interface Parts {
  gateway: DrivenGateway;
  /** Its wake-ups are forwarded, not asked for. */
  bus: Omit<ChannelBus, "wakeups">;
  /** What it holds has functions of its own, and so a message of its own. */
  model: Omit<AgentModel, "holdNextContinuation">;
  http: HttpFakes;
}

/** Every member of every part: what is not here cannot be asked for. */
export const MEMBERS: { readonly [Part in keyof Parts]: Readonly<Record<keyof Parts[Part], MemberKind>> } = {
  gateway: {
    facts: "value",
    capabilities: "constant",
    agentId: "constant",
    baseUrl: "constant",
    wsUrl: "constant",
    token: "constant",
    tempRoot: "constant",
    workspaceDir: "constant",
    stateDir: "constant",
    configPath: "constant",
    runtimeEnv: "constant",
    updatePlan: "constant",
    pid: "value",
    call: "later",
    identity: "later",
    waitHealthy: "later",
    waitForNewBoot: "later",
    cliCommand: "now",
    runCli: "later",
    keepOwnPlugins: "now",
    logs: "now",
    markLogs: "now",
    readLogsSince: "now",
    restartAfterStateMutation: "later",
    restart: "later",
    signalProcess: "now",
    stop: "later",
  },
  bus: {
    reset: "now",
    getSnapshot: "now",
    outboundMessages: "now",
    addInboundMessage: "now",
    addOutboundMessage: "now",
    createThread: "now",
    react: "now",
    edit: "now",
    delete: "now",
    readMessage: "now",
    searchMessages: "now",
    waitFor: "later",
  },
  model: {
    baseUrl: "constant",
    v1Url: "constant",
    requests: "value",
    inHand: "value",
    hold: "now",
    release: "now",
  },
  http: {
    requests: "value",
  },
};

/** @returns undefined for what no attempt may ask for */
export function memberKind(part: string, member: string): MemberKind | undefined {
  const members: Readonly<Record<string, MemberKind>> | undefined = Object.hasOwn(MEMBERS, part)
    ? MEMBERS[part as keyof Parts]
    : undefined;
  return members && Object.hasOwn(members, member) ? members[member] : undefined;
}
