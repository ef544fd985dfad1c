import { isJsonObject, type JsonObject } from "../../base/json.ts";
import { HttpError } from "../../http/json.ts";
import type { Failure } from "./api.ts";

/** The objects among a list's items; none of what is not a list. */
export function jsonObjects(value: unknown): JsonObject[] {
  return Array.isArray(value) ? value.filter(isJsonObject) : [];
}

/** A text as it is; empty for anything else. */
export function string(value: unknown): string {
  return typeof value === "string" ? value : "";
}

/** Text of a message's content: a string, or parts of which some are text. */
export function contentText(content: unknown): string {
  if (typeof content === "string") return content;
  return jsonObjects(content)
    .map((part) => string(part.text))
    .filter((text) => text !== "")
    .join("\n");
}

/** What the APIs call a picture. */
const IMAGES: ReadonlySet<unknown> = new Set(["image_url", "input_image", "image"]);

/** Images in a message's content. */
export function imageCount(content: unknown): number {
  return jsonObjects(content).filter(({ type }) => IMAGES.has(type)).length;
}

/** A tool call's arguments as the client sends them back: JSON text. */
export function parseArguments(text: unknown): JsonObject {
  try {
    const value: unknown = JSON.parse(string(text) || "{}");
    return isJsonObject(value) ? value : {};
  } catch {
    return {};
  }
}

/** An error in the form of OpenAI's APIs. */
export function openAiFailure({ status, message }: Failure): JsonObject {
  const type =
    status < 500 ? (status === 429 ? "rate_limit_error" : "invalid_request_error") : "server_error";
  return { error: { message, type, param: null, code: null } };
}

/** @throws HttpError 400 in the words of the API that is spoken */
export function requireModel(body: JsonObject): string {
  if (typeof body.model !== "string" || body.model === "") {
    throw new HttpError(400, "you must provide a model parameter");
  }
  return body.model;
}
