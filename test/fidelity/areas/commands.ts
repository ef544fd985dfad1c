import fc from "fast-check";
import type { InboundMessage } from "../../../fixtures/gateway/src/channels/channel.ts";
import { ChatCommands } from "../../../fixtures/gateway/src/channels/commands.ts";
import { isOwner, mayCommand } from "../../../fixtures/gateway/src/channels/senders.ts";
import type { Area } from "../area.ts";
import { Finding } from "../findings.ts";

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
