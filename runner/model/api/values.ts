import { HttpError } from "../../http/json.ts";

export type JsonRecord = Record<string, unknown>;

export function isRecord(value: unknown): value is JsonRecord {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

export function records(value: unknown): JsonRecord[] {
  return Array.isArray(value) ? value.filter(isRecord) : [];
}

export function string(value: unknown): string {
  return typeof value === "string" ? value : "";
}

/** Text of a message's content: a string, or parts of which some are text. */
export function contentText(content: unknown): string {
  if (typeof content === "string") return content;
  return records(content)
    .map((part) => string(part.text))
    .filter((text) => text !== "")
    .join("\n");
}

/** Images in a message's content, in either API's form. */
export function imageCount(content: unknown): number {
  return records(content).filter(({ type }) => type === "image_url" || type === "input_image").length;
}

/** A tool call's arguments as the client sends them back: JSON text. */
export function parseArguments(text: unknown): JsonRecord {
  try {
    const value: unknown = JSON.parse(string(text) || "{}");
    return isRecord(value) ? value : {};
  } catch {
    return {};
  }
}

/** @throws HttpError 400 in the words of the API that is spoken */
export function requireModel(body: JsonRecord): string {
  if (typeof body.model !== "string" || body.model === "") {
    throw new HttpError(400, "you must provide a model parameter");
  }
  return body.model;
}
