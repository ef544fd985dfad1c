import type { JsonObject } from "../base/json.ts";
import { type Colour, stripedPng } from "./png.ts";

const SIZE = { width: 64, height: 64 };

/** The answer of `/v1/images/generations`: a real picture, whose colours depend on the prompt alone. */
export function imageGeneration({ prompt, n }: JsonObject): JsonObject {
  const text = String(prompt ?? "");
  const count = Math.max(1, Math.min(Number(n ?? 1) || 1, 10));
  const data = Array.from({ length: count }, (_, index) => ({
    b64_json: stripedPng(SIZE, [colourOf(text, index), colourOf(text, index + 1)]).toString("base64"),
    revised_prompt: text,
  }));
  return { created: Math.floor(Date.now() / 1000), data };
}

function colourOf(text: string, salt: number): Colour {
  let hash = salt + 1;
  for (const character of text) hash = (hash * 31 + (character.codePointAt(0) ?? 0)) >>> 0;
  return [hash & 0xff, (hash >>> 8) & 0xff, (hash >>> 16) & 0xff];
}
