import { isJsonObject, type JsonObject } from "../base/json.ts";
import { shorten } from "../base/text.ts";
import { type Bundled, bundledWith, namedPlugins, namedProviders } from "./bundled.ts";
import { realChannels } from "./copy/config.ts";
import type { Image } from "./copy/image.ts";
import type { Finding } from "./rehearse-schema.ts";
import type { Release } from "./release.ts";

/** Of a package that npm installs, and of a state that is migrated into a second form beside the first. */
const PACKAGE_BYTES = 700 * 1024 * 1024;

/** What can be said without running anything: of the original, of both packages, and of what no copy can have. */
export async function standingFindings(image: Image, from: Release, to: Release): Promise<Finding[]> {
  const { installation, foreign, trouble, absent } = image;
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
  for (const path of absent)
    add("files", "unjudged", `the config, or a link, names ${path}, which is not there`);
  const free = await installation.source.freeBytes();
  const needed = PACKAGE_BYTES + 3 * image.bytes;
  if (free !== undefined && free < needed) {
    add(
      "disk",
      "step",
      `${mega(free)} are free where the state lies, and an update wants about ${mega(needed)}: make room first`,
    );
  }
  findings.push(...partFindings(installation.config, to, await bundledWith(from), await bundledWith(to)));
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

/** What the installed release brings and the new one does not, of that which the installation uses. */
function partFindings(
  config: JsonObject,
  { version }: Release,
  was: Bundled | undefined,
  is: Bundled | undefined,
): Finding[] {
  const channels = realChannels(config);
  const findings: Finding[] = [];
  const judge = (area: Finding["area"], name: string, what: string, kind: "plugins" | "providers") => {
    if (!was?.[kind].has(name) || is === undefined || is[kind].has(name)) return false;
    const spec = is.packages.get(name);
    const gone = `${what} is no part of ${version} any more`;
    if (spec === undefined && is.packages.size > 0)
      findings.push({
        ...{ area, name, kind: "lost" },
        text: `${gone}, and none of its catalogues names a package for it`,
      });
    else
      findings.push({
        ...{ area, name, kind: "step", text: spec === undefined ? gone : `${gone}: it comes as ${spec}` },
        ...(spec === undefined ? {} : { command: `openclaw plugins install ${spec}` }),
      });
    return true;
  };
  for (const name of channels) {
    if (judge("channels", name, `the channel ${name}`, "plugins")) continue;
    const text = `the channel ${name} itself was not started: the QA channel stood in for it`;
    findings.push({ area: "channels", name, kind: "unjudged", text });
  }
  for (const name of namedPlugins(config))
    if (!channels.includes(name))
      judge("plugins", name, `the plugin ${name}, which the config names,`, "plugins");
  for (const name of namedProviders(config))
    judge("agents", name, `the provider ${name}, whose models agents use,`, "providers");
  return findings;
}

function mega(bytes: number): string {
  return `${Math.round(bytes / 1024 / 1024)} MB`;
}
