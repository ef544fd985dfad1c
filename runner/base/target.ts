import { UsageError } from "./errors.ts";
import { isLoopback } from "./loopback.ts";
import { suggest } from "./suggest.ts";

/** A published release: `spec` is a version, a range or a dist-tag. */
export interface ReleaseTarget {
  kind: "openclaw";
  spec: string;
}

/** A gateway that is already running, at `ws://…` or `wss://…`; the address holds no credentials. */
export interface RemoteTarget {
  kind: "remote";
  url: string;
}

/** What `--gateway` names: the gateway that scenarios run against. */
export type GatewayTarget = { kind: "embedded" } | ReleaseTarget | RemoteTarget;

export const EMBEDDED: GatewayTarget = { kind: "embedded" };

/** The environment variable with the token for a gateway that is already running. */
export const TOKEN_VARIABLE = "GATEWAY_QA_TOKEN";

const RELEASE = /^openclaw(?:@(.*))?$/;
const DEFAULT_SPEC = "latest";
const KNOWN = "`embedded`, `openclaw@<version>` or `ws://host:port`";

/**
 * Reads the value of --gateway; `openclaw` alone means its latest release.
 * @throws UsageError for what is not a gateway, and for an address that would give the token away
 */
export function parseGatewayTarget(text: string): GatewayTarget {
  const target = recognizeTarget(text);
  if (!target) throw new UsageError(`--gateway ${text}: no such kind of gateway`, adviceFor(text));
  if (target.kind === "remote") requireSafeAddress(target.url);
  return target;
}

/** Reads a target by its form alone, for instance out of a report; undefined for what is not a gateway. */
export function recognizeTarget(text: string): GatewayTarget | undefined {
  if (text === "embedded") return EMBEDDED;
  if (/^wss?:/.test(text)) return { kind: "remote", url: text };
  const release = RELEASE.exec(text);
  return release ? { kind: "openclaw", spec: release[1]?.trim() || DEFAULT_SPEC } : undefined;
}

/** Reads the name of a release, with or without `openclaw@`. */
export function parseRelease(text: string): ReleaseTarget {
  const target = recognizeTarget(text);
  return target?.kind === "openclaw" ? target : { kind: "openclaw", spec: text };
}

/** As `parseGatewayTarget` reads it, and as reports and job names show it. */
export function formatTarget(target: GatewayTarget): string {
  switch (target.kind) {
    case "embedded":
      return target.kind;
    case "openclaw":
      return `openclaw@${target.spec}`;
    case "remote":
      return target.url;
  }
}

function adviceFor(text: string): string {
  if (/^https?:/.test(text)) return `Did you mean ${text.replace(/^http/, "ws")}?`;
  if (/^[\w.-]+:\d+$/.test(text)) return `Did you mean ws://${text}?`;
  const [name = text, version = DEFAULT_SPEC] = text.split("@");
  const near = suggest(name, ["embedded", "openclaw"]);
  if (!near) return `Use ${KNOWN}.`;
  return `Did you mean ${near === "openclaw" ? `openclaw@${version}` : near}?`;
}

function requireSafeAddress(text: string): void {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (!url?.hostname) {
    throw new UsageError(
      `--gateway ${text}: not an address of a gateway`,
      "An address looks like ws://127.0.0.1:18789.",
    );
  }
  const address = `${url.protocol}//${url.host}`;
  if (url.username || url.password || url.search || url.hash) {
    throw new UsageError(
      `--gateway ${address}: the address may hold only host, port and path`,
      `The token belongs in ${TOKEN_VARIABLE}: an address is shown in reports.`,
    );
  }
  if (url.protocol === "ws:" && !isLoopback(url.hostname)) {
    throw new UsageError(
      `--gateway ${address}: ws:// would send the token to another machine in the clear`,
      `Use wss://${url.host}, or a tunnel: \`ssh -N -L 18789:127.0.0.1:${url.port || 80} ${url.hostname}\`, then ws://127.0.0.1:18789.`,
    );
  }
}
