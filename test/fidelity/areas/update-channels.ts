import fc from "fast-check";
import { followChannel, type UpdateChannel } from "../../../fixtures/gateway/src/update/channel.ts";
import type { Area } from "../area.ts";
import { Finding } from "../findings.ts";
import type { Release } from "../release.ts";
import { inTurn, lookUpIn, type Tagged, tag, VERSION } from "../updates.ts";

/** What each channel follows; both sides are told what the registry has. */
export const area: Area = {
  title: "Update channels",
  async compare(release) {
    if (release.version === VERSION) return [await channelRule(release)];
    return [await newerChannelRule(release), Finding.missing("channel extended-stable")];
  },
};

interface Tags extends Tagged {
  channel: UpdateChannel;
}

const TAGS: readonly Tags[] = [
  { channel: "stable", beta: "2026.5.1-beta.1", latest: "2026.4.27" },
  { channel: "beta", beta: "2026.5.1-beta.1", latest: "2026.4.27" },
  { channel: "beta", beta: "2026.4.20-beta.1", latest: "2026.4.27" },
  { channel: "beta", beta: null, latest: "2026.4.27" },
  { channel: "beta", beta: "2026.4.20-beta.1", latest: null },
  { channel: "dev", beta: "2026.5.1-beta.1", latest: "2026.4.27" },
];
const anyTags = fc.record({
  channel: fc.constantFrom<UpdateChannel>("stable", "beta", "dev"),
  beta: tag,
  latest: tag,
});

async function channelRule(release: Release): Promise<Finding> {
  const theirs = await channelsOf(release);
  return Finding.rule<Tags>("the dist-tag that a channel follows", {
    fixed: TAGS,
    random: anyTags,
    theirs,
    ours: async (tags) => {
      const { tag, version } = await followChannel(tags.channel, lookUpIn(tags));
      return { tag, version: version ?? null };
    },
  });
}

/** The release's own choice, with the registry's answers given. */
async function channelsOf(release: Release): Promise<(tags: Tags) => Promise<unknown>> {
  const resolve = await release.take<(params: { channel: string }) => Promise<unknown>>(
    "resolveNpmChannelTag",
    "update-check",
  );
  return inTurn(async (tags: Tags) => {
    const { fetch } = globalThis;
    const answer = async (url: unknown) => {
      const version = { beta: tags.beta, latest: tags.latest }[String(url).split("/").at(-1) ?? ""] ?? null;
      return version === null ? new Response("", { status: 404 }) : Response.json({ version });
    };
    Object.assign(globalThis, { fetch: answer });
    try {
      return await resolve({ channel: tags.channel });
    } finally {
      Object.assign(globalThis, { fetch });
    }
  });
}

async function newerChannelRule(release: Release): Promise<Finding> {
  type Choice = { tag: string; version: string | null };
  const select = await release.take<(beta: Choice, latest: Choice) => Choice>(
    "selectNpmChannelVersion",
    "update-channels",
  );
  return Finding.rule<Tags>("the dist-tag that the channel beta follows", {
    fixed: TAGS.map((tags) => ({ ...tags, channel: "beta" as const })),
    random: anyTags.map((tags) => ({ ...tags, channel: "beta" as const })),
    theirs: ({ beta, latest }) => select({ tag: "beta", version: beta }, { tag: "latest", version: latest }),
    ours: async (tags) => {
      const { tag, version } = await followChannel("beta", lookUpIn(tags));
      return { tag, version: version ?? null };
    },
  });
}
