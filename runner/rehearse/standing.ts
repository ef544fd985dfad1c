import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { readJsonObject } from "../base/files.ts";
import { isJsonObject } from "../base/json.ts";
import { shorten } from "../base/text.ts";
import { realChannels } from "./copy/config.ts";
import type { Image } from "./copy/image.ts";
import type { Finding } from "./rehearse-schema.ts";
import type { Release } from "./release.ts";

/** Of a package that npm installs, and of a state that is migrated into a second form beside the first. */
const PACKAGE_BYTES = 700 * 1024 * 1024;

/** What can be said without running anything: of the original, of both packages, and of what no copy can have. */
export async function standingFindings(image: Image, from: Release, to: Release): Promise<Finding[]> {
  const { installation, foreign, trouble } = image;
  const findings: Finding[] = [];
  const add = (area: Finding["area"], kind: Finding["kind"], text: string, command?: string) =>
    findings.push({ area, name: "", kind, text, ...(command === undefined ? {} : { command }) });
  const { stateDir } = installation.source;
  if (foreign.length > 0) {
    const some = shorten(foreign.slice(0, 3).join(", "), 200);
    add(
      "files",
      "step",
      `${foreign.length} files of the state belong to another user, and an update cannot rewrite them: ${some}`,
      `sudo chown -R "$(stat -c %U ${stateDir})" ${stateDir}`,
    );
  }
  for (const { path, why } of trouble.slice(0, 5))
    add("files", "unjudged", `${path} could not be read: ${why}`);
  const free = await installation.source.freeBytes();
  const needed = PACKAGE_BYTES + 3 * image.bytes;
  if (free !== undefined && free < needed) {
    add(
      "disk",
      "step",
      `${mega(free)} are free where the state lies, and an update wants about ${mega(needed)}: make room first`,
    );
  }
  for (const channel of realChannels(installation.config))
    findings.push(await channelFinding(channel, from, to));
  const { mcp, hooks } = installation.config;
  if (isJsonObject(mcp))
    add("tools", "unjudged", "MCP servers of the config were not started: they are programs of this machine");
  if (isJsonObject(hooks) && isJsonObject(hooks.gmail))
    add("channels", "unjudged", "the Gmail hook was left out");
  add(
    "agents",
    "unjudged",
    "a scripted model answered in place of the real ones: nothing is said about providers, their keys and what models answer",
  );
  return findings;
}

async function channelFinding(channel: string, from: Release, to: Release): Promise<Finding> {
  const [was, is] = [await bundles(from, channel), await bundles(to, channel)];
  const base = { area: "channels" as const, name: channel };
  if (was !== true || is !== false)
    return {
      ...base,
      kind: "unjudged",
      text: `the channel ${channel} itself was not started: the QA channel stood in for it`,
    };
  const plugin = await packageOf(channel, to);
  const text = `the channel ${channel} is no part of ${to.version} any more${plugin ? `: it comes as ${plugin}` : ""}`;
  return {
    ...base,
    kind: "step",
    text,
    ...(plugin ? { command: `openclaw plugins install ${plugin}` } : {}),
  };
}

/** Undefined where the package is not at hand. */
async function bundles({ packageRoot }: Release, channel: string): Promise<boolean | undefined> {
  if (packageRoot === undefined) return undefined;
  return readFile(join(packageRoot, "dist", "extensions", channel, "openclaw.plugin.json")).then(
    () => true,
    () => false,
  );
}

/** The package of a channel, as a release's own catalogue names it. */
async function packageOf(channel: string, { packageRoot }: Release): Promise<string | undefined> {
  if (packageRoot === undefined) return undefined;
  const text = JSON.stringify(
    await readJsonObject(join(packageRoot, "dist", "channel-catalog.json")).catch(() => ({})),
  );
  const name = `@openclaw/${channel}`;
  return text.includes(`"${name}"`) ? name : undefined;
}

function mega(bytes: number): string {
  return `${Math.round(bytes / 1024 / 1024)} MB`;
}
