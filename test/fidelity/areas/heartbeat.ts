import fc from "fast-check";
import { heartbeatAnswer } from "../../../fixtures/gateway/src/agent/heartbeat-answer.ts";
import { durationMs } from "../../../fixtures/gateway/src/base/duration.ts";
import { saysNothing } from "../../../fixtures/gateway/src/cron/heartbeat-run.ts";
import type { Area } from "../area.ts";
import { Finding } from "../findings.ts";

type Strip = (
  raw: string,
  options: { mode: "heartbeat"; maxAckChars: number },
) => {
  shouldSkip: boolean;
  text: string;
};

const line = fc.constantFrom(
  ...["", "  ", "# Heartbeat", "#tag", "##", "- [ ]", "- [x] done", "* ", "+", "1.", "```", "```md", "text"],
  ...["<!-- a note -->", "<!--", "-->", "> quoted", "---", "tasks:", "- name: tea", "// note"],
);
const part = fc.constantFrom(
  ...[
    "HEARTBEAT_OK",
    "heartbeat_ok",
    "**HEARTBEAT_OK**",
    "`HEARTBEAT_OK`",
    "<b>HEARTBEAT_OK</b>",
    "HEARTBEAT_OK.",
  ],
  ...[
    "HEARTBEAT_OK!!!!!",
    "all is well",
    "The kettle boils over and over",
    " ",
    "\n",
    "…",
    "&nbsp;",
    "__",
    ",",
  ],
);
const amount = fc.tuple(
  fc.constantFrom("", " ", "-"),
  fc.constantFrom("0", "5", "1.5", "30", "x", ""),
  fc.constantFrom("", "ms", "s", "m", "h", "d", "w", "M", " m", "m30s", "h30m", "h 5m"),
);

/** How an answer to a heartbeat is read, which HEARTBEAT.md asks for nothing, and how long an interval is. */
export const area: Area = {
  title: "Heartbeats",
  async compare(release) {
    if (release.version !== "2026.4.26") return [];
    const strip = await release.take<Strip>("stripHeartbeatToken", "heartbeat");
    const isEmpty = await release.take<(text: string) => boolean>(
      "isHeartbeatContentEffectivelyEmpty",
      "heartbeat",
    );
    const parse = await release.take<(text: string, options: object) => number>(
      "parseDurationMs",
      "parse-duration",
    );
    return [
      await Finding.rule("what is left of an answer", {
        fixed: [
          "HEARTBEAT_OK",
          "All is well. HEARTBEAT_OK",
          "The kettle boils.",
          "HEARTBEAT_OK the kettle boils over",
        ],
        random: fc.array(part, { maxLength: 4 }).map((parts) => parts.join(" ")),
        theirs(text) {
          const { shouldSkip, text: left } = strip(text, { mode: "heartbeat", maxAckChars: 20 });
          return shouldSkip ? "" : left;
        },
        ours: (text) => heartbeatAnswer(text, 20),
      }),
      await Finding.rule("a HEARTBEAT.md that asks for nothing", {
        fixed: ["", "# Heartbeat\n\n- [ ]\n", "# Heartbeat\n\nlook at the kettle\n"],
        random: fc.array(line, { maxLength: 4 }).map((lines) => lines.join("\n")),
        theirs: isEmpty,
        ours: saysNothing,
      }),
      await Finding.rule("how long an interval is", {
        fixed: ["30m", "1h30m", "5", "0m", "soon"],
        random: amount.map((parts) => parts.join("")),
        theirs(text) {
          try {
            return parse(text, { defaultUnit: "m" });
          } catch {
            return "no duration";
          }
        },
        ours: (text) => durationMs(text) ?? "no duration",
      }),
      Finding.missing(
        "tasks of HEARTBEAT.md",
        "a list with intervals of their own is read by the model as text, and not kept by the gateway",
      ),
    ];
  },
};
