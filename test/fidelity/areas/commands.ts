import fc from "fast-check";
import { helpText, identityText } from "../../../fixtures/gateway/src/agent/builtin-commands.ts";
import type { InboundMessage } from "../../../fixtures/gateway/src/channels/channel.ts";
import { asksToStop } from "../../../fixtures/gateway/src/channels/command-table.ts";
import { ChatCommands } from "../../../fixtures/gateway/src/channels/commands.ts";
import { isOwner, mayCommand } from "../../../fixtures/gateway/src/channels/senders.ts";
import type { Area } from "../area.ts";
import { Finding } from "../findings.ts";
import type { Release } from "../release.ts";

type Resolve = (text: string) => { command: { key: string }; args?: string } | null;
type Authorize = (params: object) => { senderIsOwner: boolean; isAuthorizedSender: boolean };

const WORDS = [
  "help",
  "plugin",
  "plugins",
  "think",
  "t",
  "model",
  "export",
  "restart",
  "tides",
  "status",
  "id",
];
const text = fc
  .tuple(
    fc.constantFrom("/", "", " /", "//"),
    fc.oneof(fc.constantFrom(...WORDS), fc.string({ maxLength: 6 })),
    fc.constantFrom("", " ", ":", " : ", "\n", "  ", ":\n", "@"),
    fc.oneof(fc.constantFrom("", "list", "Show Tides", "a\nb"), fc.string({ maxLength: 8 })),
  )
  .map((parts) => parts.join(""));

/** Chat commands: which texts are some, and who may use them. */
export const area: Area = {
  title: "Chat commands",
  async compare(release) {
    const resolve = await release.take<Resolve>("resolveTextCommand", "commands-registry-normalize");
    const authorize = await release.take<Authorize>("resolveCommandAuthorization", "command-auth");
    const table = await release.take<() => { key: string }[]>("getChatCommands", "commands-registry.data");
    const known = new Set(table().map(({ key }) => key));
    const commands = new ChatCommands();
    return [
      ...(release.version === "2026.4.26" ? await texts(release) : []),
      await Finding.rule("what a text calls", {
        fixed: [
          "/help",
          "/help me",
          "/PLUGINS show tides",
          "/plugin",
          "/think: high",
          "/status\nand more",
          "hello",
        ],
        random: text,
        wanted:
          release.version === "2026.4.26"
            ? []
            : [{ at: (input) => isOfOneRelease(resolve(input), commands.parse(input), known), why: OTHERS }],
        theirs: (input) => {
          const found = resolve(input);
          return found && { name: found.command.key, args: found.args ?? "" };
        },
        ours: (input) => commands.parse(input) ?? null,
      }),
      await Finding.rule("who may use commands, and who is an owner", {
        fixed: [[], ["alice"], ["bob"], ["*"], ["Alice"]],
        theirs: (ownerAllowFrom: string[]) => {
          const ctx = { Provider: "qa-channel", From: "dm:alice", To: "dm:alice", SenderId: "alice" };
          const cfg = { channels: { "qa-channel": { allowFrom: ["*"] } }, commands: { ownerAllowFrom } };
          const { senderIsOwner, isAuthorizedSender } = authorize({ ctx, cfg, commandAuthorized: true });
          return { owner: senderIsOwner, may: isAuthorizedSender };
        },
        ours: (ownerAllowFrom) => {
          const config = { commands: { ownerAllowFrom } };
          return { owner: isOwner(FROM_ALICE, config), may: mayCommand(FROM_ALICE, config) };
        },
      }),
    ];
  },
};

/** What people read, and what they write to end a run. */
async function texts(release: Release): Promise<Finding[]> {
  const isAbort = await release.take<(text: string) => boolean>("isAbortRequestText", "abort-primitives");
  const words = await release.take<Set<string>>("ABORT_TRIGGERS", "abort-primitives");
  const help = await release.take<(config: object) => string>(
    "buildHelpMessage",
    "status-message",
    "command-status-builders",
  );
  const whoami = await release.take<WhoAmI>("handleWhoamiCommand", "commands-handlers.runtime");
  const anyWord = fc.constantFrom(...words, "go on", "/stop", "/STOP now", "/stop:", "esc key");
  return [
    await Finding.rule("what ends a run", {
      fixed: [...words, "Please stop!", "STOP.", "stop it", "/stop", "/stop now"],
      random: fc
        .tuple(
          fc.constantFrom("", " ", "  "),
          anyWord,
          fc.constantFrom("", ".", " !!", "…", ",", "?", " now"),
          fc.boolean(),
        )
        .map(([before, word, after, loud]) => before + (loud ? word.toUpperCase() : word) + after),
      theirs: isAbort,
      ours: asksToStop,
    }),
    await Finding.rule("text of /help", {
      fixed: ["all commands"],
      theirs: () => help({}),
      ours: () => helpText(() => true),
    }),
    await Finding.rule<Asked>("text of /whoami", {
      fixed: [
        { channel: "qa-channel", to: "dm:alice", senderId: "alice" },
        { channel: "qa-channel", to: "group:room", senderId: "alice", threadId: "t1" },
        { channel: "webchat", to: "", senderId: "cli", client: "cli" },
      ],
      theirs: async ({ channel, to, senderId, threadId }) => {
        const command = { commandBodyNormalized: "/whoami", isAuthorizedSender: true, senderId, channel };
        const ctx = {
          SenderId: senderId,
          From: to,
          ChatType: to.startsWith("group:") ? "group" : "direct",
          MessageThreadId: threadId,
        };
        return (await whoami({ command, ctx }, true)).reply.text;
      },
      ours: ({ client, ...origin }) => identityText({ origin, client }),
    }),
    Finding.missing(
      "text of /status",
      "it tells other things: version, uptime, agent, model, session, turns",
    ),
  ];
}

type WhoAmI = (params: object, allowed: boolean) => Promise<{ reply: { text: string } }>;

interface Asked {
  channel: string;
  to: string;
  senderId: string;
  threadId?: string;
  client?: string;
}

const OTHERS = "docs/embedded-gateway.md: the commands are those of 2026.4.26";

const FROM_ALICE: InboundMessage = {
  channel: "qa-channel",
  accountId: "default",
  id: "m1",
  conversation: { id: "alice", kind: "direct" },
  senderId: "alice",
  text: "/help",
};

/** One of the two has a command that the other release does not have, or with other aliases and arguments. */
function isOfOneRelease(
  their: ReturnType<Resolve>,
  our: { name: string; args: string } | undefined,
  known: ReadonlySet<string>,
): boolean {
  if (their !== null && our !== undefined) return false;
  return their === null ? our !== undefined && !known.has(our.name) : true;
}
