import type { JsonObject } from "../../base/json.ts";

/** Tools that edit need something to edit. */
export const EDITABLE_FILE = "runtime-tool-fixture-edit.txt";

interface ToolArguments {
  /** A call that succeeds in the fixture's workspace. */
  accepted: JsonObject;
  /** One that the tool must refuse; default: without anything that it requires. */
  refused?: JsonObject;
}

/** No tool knows the member, and it gives none that a tool requires. */
const REFUSED: JsonObject = { unknownArgument: "to be refused" };
const UNKNOWN_SESSION = "agent:qa:no-such-session";

const BY_TOOL: Readonly<Record<string, ToolArguments>> = {
  read: { accepted: { path: EDITABLE_FILE }, refused: { path: "no-such-file.txt" } },
  write: { accepted: { path: "runtime-tool-fixture-write.txt", content: "tool fixture" } },
  edit: {
    accepted: { path: EDITABLE_FILE, edits: [{ oldText: "before edit", newText: "after edit" }] },
    refused: { path: EDITABLE_FILE, edits: [{ oldText: "not in the file", newText: "after edit" }] },
  },
  apply_patch: {
    accepted: {
      input: "*** Begin Patch\n*** Add File: runtime-tool-fixture-patch.txt\n+tool fixture\n*** End Patch\n",
    },
    refused: { input: "not a patch" },
  },
  exec: { accepted: { command: "echo tool-fixture", timeout: 5 } },
  image_generate: { accepted: { prompt: "A lighthouse at night", filename: "tool-fixture" } },
  memory_search: { accepted: { query: "tool fixture" } },
  memory_get: { accepted: { path: "MEMORY.md" }, refused: { path: "../outside.md" } },
  memory_recall: { accepted: { query: "tool fixture" } },
  message: { accepted: { action: "send", message: "from the tool fixture" } },
  session_status: { accepted: { sessionKey: "current" }, refused: { sessionKey: UNKNOWN_SESSION } },
  sessions_spawn: {
    accepted: { task: "Reply exactly: TOOL-FIXTURE", label: "tool-fixture", mode: "run", thread: false },
  },
  tts: { accepted: { text: "Tool fixture." } },
  web_fetch: { accepted: { url: "https://example.com/", maxChars: 500 }, refused: { url: "not an address" } },
  web_search: { accepted: { query: "tool fixture", count: 1 } },
};

/** Whether releases have the tool, some by a plugin that is not on by itself. */
export function isToolOfReleases(toolName: string): boolean {
  return Object.hasOwn(BY_TOOL, toolName);
}

/** What the agent is told to call a tool with, so that the call succeeds or is refused. */
export function toolArguments(toolName: string, path: "happy" | "failure"): JsonObject {
  const known = isToolOfReleases(toolName) ? BY_TOOL[toolName] : undefined;
  return path === "happy" ? (known?.accepted ?? {}) : (known?.refused ?? REFUSED);
}
