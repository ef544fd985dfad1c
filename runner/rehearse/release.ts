import { UsageError } from "../base/errors.ts";
import { EMBEDDED, parseRelease } from "../base/target.ts";
import type { GatewayKind } from "../gateway/gateway.ts";
import { type ResolveOptions, resolveGatewayKind } from "../gateway/kinds.ts";

const EMBEDDED_RELEASE = /^embedded@(.+)$/;

/** A release that an installation is run with. */
export interface Release {
  /** `openclaw@2026.9.6`, or `embedded@1.1.0`. */
  name: string;
  /** As an operator names it: `2026.9.6`. */
  version: string;
  kind: GatewayKind;
  /** What its start needs besides. */
  needs: { release?: { version: string } };
  /** Folder of its package, where that is on this machine already. */
  packageRoot?: string;
}

/**
 * The release that a text names, installed and ready to be started.
 * @param option that names it, for the message
 * @throws UsageError for no release; QaError when it cannot be had
 */
export async function releaseNamed(
  text: string,
  option: string,
  { signal, ...options }: ResolveOptions & { signal: AbortSignal },
): Promise<Release> {
  const own = EMBEDDED_RELEASE.exec(text)?.[1];
  if (own !== undefined) {
    const kind = await resolveGatewayKind(EMBEDDED, options);
    return { name: text, version: own, kind, needs: { release: { version: own } } };
  }
  if (/^wss?:|^embedded$/.test(text)) {
    throw new UsageError(
      `${option} ${text}: a rehearsal is of one release, and it must be installed here`,
      "Name a published release, for instance 2026.9.6, or latest.",
    );
  }
  const target = parseRelease(text);
  const kind = await resolveGatewayKind(target, options);
  const version = (await kind.version?.(signal)) ?? target.spec;
  const exact = await resolveGatewayKind(parseRelease(version), options);
  await exact.prepare(signal);
  const { ReleaseCache, cacheFolder } = await import("../gateway/openclaw/cache.ts");
  const cached = await new ReleaseCache(cacheFolder(options.env)).find(version);
  return {
    ...{ name: `openclaw@${version}`, version, kind: exact, needs: {} },
    ...(cached ? { packageRoot: cached.packageRoot } : {}),
  };
}
