import type {
  FunctionEntry,
  ObjectEntry,
  Parameter,
  ValueEntry,
  VocabularyEntry,
} from "../../flow/vocabulary.ts";
import { effectOfCall } from "../gateway/reading-methods.ts";
import { PICTURES } from "../upstream/pictures.ts";

/** Declarations of the objects that flows see; `api.ts` gives them their values. */

function method(
  subject: string,
  summary: string,
  params: readonly Parameter[],
  returns: string,
): FunctionEntry {
  return { kind: "function", subject, summary, params, returns };
}

function reader(...declaration: Parameters<typeof method>): FunctionEntry {
  return { ...method(...declaration), effect: "reads" };
}

function converser(...declaration: Parameters<typeof method>): FunctionEntry {
  return { ...method(...declaration), effect: "converses" };
}

function value(subject: string, type: string, summary: string): ValueEntry {
  return { kind: "value", subject, type, summary };
}

const CALL_DEFAULT_MS = 20_000;

const gatewayObject: ObjectEntry = {
  kind: "object",
  subject: "env",
  summary: "The gateway under test.",
  members: {
    call: {
      ...method(
        "env",
        "One RPC, as an operator with all scopes.",
        [
          { name: "method", type: "string", description: "for instance `config.get`" },
          { name: "params", type: "object", optional: true, description: "the method's parameters" },
          { name: "options", type: "{ timeoutMs? }", optional: true, description: "default 20 000" },
        ],
        "the answer's payload",
      ),
      effect: effectOfCall,
      budgetMs: ([, , options]) =>
        (options as { timeoutMs?: number } | undefined)?.timeoutMs ?? CALL_DEFAULT_MS,
    },
    logs: reader("env", "The whole log so far, redacted.", [], "string"),
    markLogs: reader("env", "A mark for `readLogsSince`.", [], "number"),
    readLogsSince: reader(
      "env",
      "The log after a mark.",
      [{ name: "mark", type: "number", description: "from `markLogs`" }],
      "string",
    ),
    identity: reader("env", "See `readGatewayIdentity`.", [], "{ bootId, pid, version, generation }"),
    restart: {
      ...method(
        "env",
        "Asks the gateway to restart and waits until it is back.",
        [
          {
            name: "signal",
            type: "string",
            optional: true,
            description:
              "accepted for upstream's scenarios; the gateway is asked in the way that it understands",
          },
        ],
        "nothing",
      ),
      budgetMs: () => 90_000,
    },
    restartAfterStateMutation: {
      ...method(
        "env",
        "Stops the gateway, lets a function change files, starts it again on the same port.",
        [
          {
            name: "mutate",
            type: "({ configPath, stateDir, tempRoot, runtimeEnv }) => unknown",
            description: "runs while the gateway is down",
          },
        ],
        "nothing",
      ),
      budgetMs: () => 120_000,
    },
    stop: method("env", "Stops the gateway process.", [], "nothing"),
    signalProcess: method(
      "env",
      "Sends a signal to the gateway process.",
      [{ name: "signal", type: "string", description: "for instance SIGTERM" }],
      "nothing",
    ),
    getProcessCpuMs: reader(
      "env",
      "Processor time that the gateway process and its descendants have used, in milliseconds.",
      [],
      "number, or null where the system does not tell",
    ),
    getProcessRssBytes: reader(
      "env",
      "Memory that the gateway process and its descendants hold, in bytes.",
      [],
      "number, or null where the system does not tell",
    ),
    facts: value("env", "object", "Target, product, version and boot times."),
    capabilities: value("env", "Set", "What this kind of gateway can do for scenarios."),
    baseUrl: value("env", "string", "For HTTP; `/healthz` and `/readyz` lie below it."),
    wsUrl: value("env", "string", "For a WebSocket client of your own."),
    token: value("env", "string", "Operator token; never shown in reports."),
    tempRoot: value("env", "string", "Folder that holds everything of this gateway."),
    workspaceDir: value("env", "string", "The agent's workspace."),
    stateDir: value("env", "string", "The gateway's state."),
    configPath: value("env", "string", "The config file."),
    runtimeEnv: value("env", "object", "Environment of the gateway process."),
    cfg: value("env", "object", "The config that the gateway was started with."),
    cliCommand: value(
      "env",
      "{ executablePath, argsPrefix, cwd } or undefined",
      "The gateway's own command line; see also `runGatewayCli`.",
    ),
    evidenceIdentity: value(
      "env",
      "{ target, product, version, buildId? }",
      "What names this gateway in evidence.",
    ),
    pid: value(
      "env",
      "number or undefined",
      "Of the running process; a restart may keep it, so compare boot ids.",
    ),
  },
};

const messageInput =
  "{ conversation: { id, kind }, senderId, senderName?, text, threadId?, replyToId?, attachments? }";

const stateObject: ObjectEntry = {
  kind: "object",
  subject: "channel",
  summary: "The QA channel's bus: what people wrote and what the gateway sent.",
  members: {
    reset: reader("channel", "Forgets all messages and threads.", [], "nothing"),
    getSnapshot: reader(
      "channel",
      "A copy of everything on the bus.",
      [],
      "{ cursor, conversations, threads, messages, events }",
    ),
    addInboundMessage: converser(
      "channel",
      "Writes a message to the gateway, as a person would.",
      [{ name: "message", type: messageInput, description: "`kind` is direct, channel or group" }],
      "the message",
    ),
    addOutboundMessage: converser(
      "channel",
      "Puts a message on the channel as if the gateway had sent it.",
      [{ name: "message", type: "{ to, text, threadId?, replyToId? }", description: "`to` is a target" }],
      "the message",
    ),
    readMessage: reader(
      "channel",
      "One message as it is now.",
      [{ name: "query", type: "{ messageId }", description: "its id" }],
      "the message",
    ),
    searchMessages: reader(
      "channel",
      "Messages that fit.",
      [
        {
          name: "query",
          type: "{ query?, conversationId?, conversationKind?, threadId?, limit? }",
          description: "all that is given must fit",
        },
      ],
      "array of messages",
    ),
    waitFor: reader(
      "channel",
      "Waits for an event of a kind, a text or a thread.",
      [
        {
          name: "wait",
          type: "{ kind, eventKind?, textIncludes?, direction?, threadId?, timeoutMs? }",
          description: "`kind` is event-kind, message-text or thread-id",
        },
      ],
      "what was found",
    ),
  },
};

/** The objects without the functions of `transport`, which `vocabulary.ts` adds. */
export function objectEntries(
  transportMembers: Record<string, VocabularyEntry>,
): Record<string, VocabularyEntry> {
  const transport: ObjectEntry = {
    kind: "object",
    subject: "transport",
    summary: "The channel in the words that work for every channel driver.",
    members: {
      ...transportMembers,
      id: value("transport", "string", "`qa-channel`"),
      label: value("transport", "string", "Name for people."),
      accountId: value("transport", "string", "Account of the gateway on the channel."),
      requiredPluginIds: value("transport", "string[]", "Plugins that the gateway needs for the channel."),
      state: stateObject,
    },
  };
  return {
    env: {
      kind: "object",
      subject: "env",
      summary: "Everything that belongs to this run of the scenario.",
      members: {
        gateway: gatewayObject,
        transport,
        lab: value("env", "{ baseUrl }", "The bus server."),
        mock: value(
          "env",
          "{ baseUrl, holdNextContinuation } or null",
          "The scripted model; null with a live one. Its requests are at `<baseUrl>/debug/requests`; see also `readModelRequests`.",
        ),
        cfg: value("env", "object", "The config that the gateway was started with."),
        repoRoot: value("env", "string", "Root of the repository that the scenario belongs to."),
        outputDir: value("env", "string", "Folder for evidence; it ends up in the report."),
        providerMode: value("env", "string", "`mock-openai` or `live-frontier`."),
        primaryModel: value("env", "string", "`provider/model`"),
        alternateModel: value("env", "string", "`provider/model`"),
      },
    },
    state: stateObject,
    transport,
    lab: value("env", "{ baseUrl }", "The bus server."),
    scenario: value("env", "object", "The scenario's own metadata."),
    signal: value("core", "AbortSignal", "Fires when the scenario must end."),
    ...Object.fromEntries(
      Object.entries(PICTURES).map(([name, { summary }]) => [
        name,
        value("images", "string", `A PNG file in base64, red above and blue below, ${summary}`),
      ]),
    ),
    path: { kind: "object", subject: "core", summary: "`node:path`.", members: {}, open: true },
    fs: {
      kind: "object",
      subject: "core",
      summary: "`node:fs/promises`.",
      members: {},
      open: true,
      permission: "fs",
    },
  };
}
