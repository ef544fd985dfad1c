import { mkdir, readFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname } from "node:path";
import { QaError } from "../../base/errors.ts";
import { replaceFile } from "../../base/files.ts";
import type { JsonObject } from "../../base/json.ts";
import { runNpm } from "../npm/npm.ts";
import type { Environment } from "../process/env.ts";

/** The published releases of a package. */
export interface PublishedReleases {
  versions: readonly string[];
  /** For instance `latest` → `2026.9.6`. */
  tags: Readonly<Record<string, string>>;
}

const PACKAGE = "openclaw";

/**
 * Asks the package registry, as npm is configured, which releases there are. The answer is kept, and the kept one is
 * used when the registry cannot be reached.
 * @throws QaError `registry-unreachable`
 */
export async function publishedReleases(
  keptAt: string,
  { env, signal }: { env: Environment; signal: AbortSignal },
): Promise<PublishedReleases & { kept: boolean }> {
  const asked = await runNpm(["view", PACKAGE, "versions", "dist-tags", "--json"], {
    cwd: tmpdir(),
    env,
    signal,
  });
  const answer = asked.ok ? readReleases(asked.stdout) : undefined;
  if (answer) {
    await keep(keptAt, answer);
    return { ...answer, kept: false };
  }
  const kept = readReleases(await readFile(keptAt, "utf8").catch(() => ""));
  if (kept) return { ...kept, kept: true };
  throw new QaError("the package registry cannot be asked which OpenClaw releases there are", {
    code: "registry-unreachable",
    fault: "environment",
    hint: "Check npm's configuration and the network, or name a release that is installed (`qa gateway list`).",
    details: asked.output,
  });
}

async function keep(path: string, { versions, tags }: PublishedReleases): Promise<void> {
  await mkdir(dirname(path), { recursive: true, mode: 0o700 });
  await replaceFile(path, JSON.stringify({ versions, "dist-tags": tags }));
}

function readReleases(text: string): PublishedReleases | undefined {
  try {
    const { versions, "dist-tags": tags } = JSON.parse(text) as JsonObject;
    if (!Array.isArray(versions) || typeof tags !== "object" || tags === null) return undefined;
    return { versions: versions.map(String), tags: tags as Record<string, string> };
  } catch {
    return undefined;
  }
}
