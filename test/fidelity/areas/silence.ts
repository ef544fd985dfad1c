import fc from "fast-check";
import { afterSilence } from "../../../fixtures/gateway/src/agent/silence.ts";
import type { Message } from "../../../fixtures/gateway/src/sessions/message.ts";
import type { Area } from "../area.ts";
import { Finding } from "../findings.ts";
import type { Release } from "../release.ts";

interface Call {
  tool: string;
  failed: boolean;
}

/** A turn that ends without a word. */
interface SilentTurn {
  calls: Call[];
  thought: boolean;
  /** How often each kind of silence was asked about already. */
  asked: number;
  inRoom: boolean;
}

type Decide = (params: object) => unknown;

const TOOLS = [
  "read",
  "write",
  "message",
  "session_status",
  "tide_send",
  "tide_actions",
  "message_tides",
  "tides",
];
const turn: fc.Arbitrary<SilentTurn> = fc.record({
  calls: fc.array(fc.record({ tool: fc.constantFrom(...TOOLS), failed: fc.boolean() }), { maxLength: 3 }),
  thought: fc.boolean(),
  asked: fc.nat(2),
  inRoom: fc.boolean(),
});
const quiet = (calls: Call[], more: Partial<SilentTurn> = {}): SilentTurn => ({
  ...{ calls, thought: false, asked: 0, inRoom: false },
  ...more,
});

/** What a turn does when its model ends without a word. */
export const area: Area = {
  title: "Silent answers",
  slow: true,
  async compare(release) {
    if (release.version !== "2026.4.26") {
      return [
        Finding.missing(
          "asking again after tools with effects",
          "4.26 does not, and upstream's scenario wants that",
        ),
      ];
    }
    const decide = await decisionOf(release);
    return [
      await Finding.rule("whether to ask again, with which words, and what people are told", {
        fixed: [
          quiet([]),
          quiet([], { thought: true, asked: 1 }),
          quiet([{ tool: "read", failed: false }], { asked: 1 }),
          quiet([{ tool: "write", failed: false }]),
          quiet([{ tool: "read", failed: true }]),
        ],
        random: turn,
        theirs: decide,
        ours: (input) => {
          const next = afterSilence(transcriptOf(input), input.inRoom);
          return "ask" in next ? { ask: next.ask } : { reply: next.reply };
        },
      }),
    ];
  },
};

/** The release's decision, put together as its run loop does. */
async function decisionOf(release: Release): Promise<(turn: SilentTurn) => object> {
  const take = (name: string) => release.take<Decide>(name, "selection");
  const [silent, reasoning, empty, text] = await Promise.all([
    take("shouldTreatEmptyAssistantReplyAsSilent"),
    take("resolveReasoningOnlyRetryInstruction"),
    take("resolveEmptyResponseRetryInstruction"),
    take("resolveIncompleteTurnPayloadText"),
  ]);
  const metadata = await take("buildAttemptReplayMetadata");
  return (input) => {
    const { thought, asked, inRoom } = input;
    const content = thought ? [{ type: "thinking", thinking: "Hm.", thinkingSignature: "{}" }] : [];
    const toolMetas = input.calls.map(({ tool }) => ({ toolName: tool }));
    const attempt = {
      ...{ assistantTexts: [], toolMetas, lastToolError: lastError(input.calls) },
      replayMetadata: metadata({ toolMetas }),
      lastAssistant: { role: "assistant", stopReason: "stop", content },
    };
    const params = {
      provider: "mock",
      modelId: "mock-1",
      modelApi: "openai-completions",
      payloadCount: 0,
      attempt,
    };
    if (silent({ ...params, allowEmptyAssistantReplyAsSilent: inRoom })) return { reply: "" };
    if (reasoning(params) !== null) {
      if (asked < 2) return { ask: "reasoning-only" };
    } else if (empty(params) !== null && asked < 1) return { ask: "empty" };
    return { reply: text(params) ?? "" };
  };
}

/** As the release's subscription to tool events keeps it. */
function lastError(calls: readonly Call[]): object | undefined {
  const found = transcriptError(calls);
  return found === undefined ? undefined : { toolName: found, error: "no" };
}

function transcriptError(calls: readonly Call[]): string | undefined {
  const mutating = (tool: string) => !["read", "tides"].includes(tool);
  let failed: string | undefined;
  for (const { tool, failed: now } of calls) {
    if (now) failed = tool;
    else if (failed !== undefined && (!mutating(failed) || failed === tool)) failed = undefined;
  }
  return failed;
}

function transcriptOf({ calls, thought, asked }: SilentTurn): Message[] {
  const asks: Message[] = Array.from({ length: asked + 1 }, (_, index) => ({
    role: "user",
    content: [],
    timestamp: 0,
    ...(index > 0 && { after: thought ? "reasoning-only" : "empty" }),
  }));
  const used = calls.flatMap(({ tool, failed }, index): Message[] => [
    {
      role: "assistant",
      content: [{ type: "toolCall", id: String(index), name: tool, arguments: {} }],
      model: "mock/mock-1",
      timestamp: 0,
    },
    {
      role: "toolResult",
      toolCallId: String(index),
      toolName: tool,
      content: [],
      isError: failed,
      timestamp: 0,
    },
  ]);
  const last: Message = {
    role: "assistant",
    content: thought ? [{ type: "thinking", thinking: "Hm." }] : [],
    model: "mock/mock-1",
    timestamp: 0,
  };
  return [...asks, ...used, last];
}
