import fc from "fast-check";
import { logPatterns } from "../../../fixtures/gateway/src/base/log-patterns.ts";
import type { Area } from "../area.ts";
import { Finding } from "../findings.ts";

interface PatternCase {
  patterns: string[];
  text: string;
}

type Redact = (text: string, options: { mode: "tools"; patterns: string[] }) => string;

/** What `logging.redactPatterns` leaves out of a line. */
export const area: Area = {
  title: "Log",
  slow: true,
  async compare(release) {
    const redact = await release.take<Redact>("redactSensitiveText", "redact");
    return [
      await Finding.rule<PatternCase>("texts that an operator's patterns hide", {
        fixed: [
          { patterns: ["\\d{4}-[A-Z]{4}"], text: "customer 4711-abcd" },
          { patterns: ["/ORD\\/(\\d+)/"], text: "ORD/12 and ord/34" },
          { patterns: ["(a+)+$", "("], text: "aaa (" },
          { patterns: ["key=(a)?(b)?"], text: "key=ab key= KEY=a" },
        ],
        random: fc.record({
          patterns: fc.array(
            fc.constantFrom(
              "\\d{2}",
              "/[a-c]+/",
              "/([a-c])(\\d)?/i",
              "x(y)?",
              "(?<name>d+)e",
              "/b/y",
              "",
              "[",
              "(a|b)+c",
            ),
            { maxLength: 3 },
          ),
          text: fc.string({
            unit: fc.constantFrom("a", "b", "c", "d", "e", "x", "y", "A", "1", "2", " "),
            maxLength: 16,
          }),
        }),
        // Without a pattern the usual looks of credentials count, which here always do.
        theirs: ({ patterns, text }) =>
          patterns.length === 0 ? text : redact(text, { mode: "tools", patterns }),
        ours: ({ patterns, text }) => logPatterns(patterns).hide(text).replaceAll("[redacted]", "***"),
      }),
    ];
  },
};
