import { vi } from "vitest";
import type { Sandbox } from "./qa.ts";

/** What the package registry is assumed to have listed last. */
export const KNOWN_RELEASES = {
  versions: ["2026.4.26", "2026.5.7", "2026.9.5", "2026.9.6", "2026.10.1-beta.1"],
  "dist-tags": { latest: "2026.9.6", beta: "2026.10.1-beta.1" },
};

/**
 * Hides the package registry from the program, which then has only the list that it kept; with null not even that.
 * Undone by `vi.unstubAllEnvs`.
 */
export async function withoutRegistry(
  sandbox: Sandbox,
  kept: typeof KNOWN_RELEASES | null = KNOWN_RELEASES,
): Promise<void> {
  if (kept) await sandbox.write("cache/openclaw/releases.json", JSON.stringify(kept));
  vi.stubEnv("GATEWAY_QA_CACHE", `${sandbox.folder}/cache`);
  // Nothing listens on the discard port.
  vi.stubEnv("npm_config_registry", "http://127.0.0.1:9/");
  vi.stubEnv("npm_config_fetch_retries", "0");
}
