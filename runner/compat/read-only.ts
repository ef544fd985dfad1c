import { isJsonObject, type JsonObject } from "../base/json.ts";

/**
 * Whether a tool is known to change nothing, so that it may be called unasked: its manifest's `toolMetadata` has
 * `replaySafe` for it and not `sideEffecting`. What a tool is called, and what it says that it does, is no knowledge.
 */
export function isKnownReadOnly(manifest: JsonObject, tool: string): boolean {
  const { toolMetadata } = manifest;
  const metadata = isJsonObject(toolMetadata) && Object.hasOwn(toolMetadata, tool) ? toolMetadata[tool] : {};
  return isJsonObject(metadata) && metadata.replaySafe === true && metadata.sideEffecting !== true;
}
