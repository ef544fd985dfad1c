import { styleText } from "node:util";

export type Format = Parameters<typeof styleText>[0];

/** Colours text, or does not: NO_COLOR, FORCE_COLOR and what the stream can show decide. */
export type Paint = (format: Format, text: string) => string;

export function paintFor(stream: NodeJS.WritableStream): Paint {
  return (format, text) => styleText(format, text, { stream });
}

export const SYMBOLS = {
  passed: "✓",
  failed: "✗",
  skipped: "-",
  blocked: "!",
  "not-reached": "·",
} as const;

export const COLOURS = {
  passed: "green",
  failed: "red",
  skipped: "yellow",
  blocked: "yellow",
  "not-reached": "dim",
} as const satisfies Record<keyof typeof SYMBOLS, Format>;
