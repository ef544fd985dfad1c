import { createHash } from "node:crypto";
import type { JsonObject } from "../base/json.ts";
import { HttpError } from "../http/json.ts";

const DIMENSIONS = 256;

/**
 * The answer of `/v1/embeddings`: each text stands for the words in it, so that texts with words in common are
 * close to each other. The same text always gets the same vector.
 * @throws HttpError 400
 */
export function embeddings({ input, model, encoding_format }: JsonObject): JsonObject {
  const texts = Array.isArray(input) ? input : [input];
  if (!texts.every((text): text is string => typeof text === "string")) {
    throw new HttpError(400, "input must be a text or a list of texts");
  }
  const tokens = texts.reduce((sum, text) => sum + wordsOf(text).length, 0);
  return {
    object: "list",
    model: String(model ?? ""),
    data: texts.map((text, index) => ({
      object: "embedding",
      index,
      embedding: encoding_format === "base64" ? base64(vectorOf(text)) : vectorOf(text),
    })),
    usage: { prompt_tokens: tokens, total_tokens: tokens },
  };
}

/** Of length 1; each word of the text adds to the place that its hash names. */
function vectorOf(text: string): number[] {
  const vector = new Array<number>(DIMENSIONS).fill(0);
  for (const word of wordsOf(text)) {
    const place = createHash("sha256").update(word).digest().readUInt32BE(0) % DIMENSIONS;
    vector[place] = (vector[place] ?? 0) + 1;
  }
  const length = Math.hypot(...vector) || 1;
  return vector.map((value) => value / length);
}

function wordsOf(text: string): string[] {
  return text.toLowerCase().match(/[\p{L}\p{N}]+/gu) ?? [];
}

function base64(vector: readonly number[]): string {
  return Buffer.from(new Float32Array(vector).buffer).toString("base64");
}
