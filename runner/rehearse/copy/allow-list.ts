/** What happens to a file of an installation on its way into the copy. */
export type Treatment =
  /** It is not copied: nothing says that it may be. */
  | "left"
  /** JSON: credentials in it are replaced, and paths led into the copy. */
  | "json"
  /** Lines of JSON, such as transcripts: paths are led into the copy. */
  | "lines"
  /** As it is. */
  | "whole"
  /** A database, of which only the tables are copied that are on a list of their own, or the log beside it. */
  | "database";

/** What a folder of an installation is; its files are judged by their path in it. */
export type PlaceKind = "state" | "workspace" | "code";

/** Below the state. What no row names stays where it is, first of all credentials and the states of channels. */
const STATE: readonly (readonly [RegExp, Treatment])[] = [
  [/^agents\/[^/]+\/sessions\/sessions\.json$/, "json"],
  [/^agents\/[^/]+\/sessions\/[^/]+\.jsonl$/, "lines"],
  [/^cron\/jobs(?:-state)?\.json$/, "json"],
  [/^cron\/runs\/[^/]+\.jsonl$/, "lines"],
  [/^plugins\/(?:installs|catalog)\.json$/, "json"],
  [/^devices\/(?:paired|pending)\.json$/, "json"],
  [/^exec-approvals\.json$/, "json"],
  [/^restart-sentinel\.json$/, "json"],
  [/^memory\/[^/]+\.sqlite(?:-wal)?$/, "database"],
  [/^agents\/[^/]+\/agent\/openclaw-agent\.sqlite(?:-wal)?$/, "database"],
  [/^state\/openclaw\.sqlite(?:-wal)?$/, "database"],
];

/** Folders below the state that hold code: plugins, skills and hooks. */
const CODE_BELOW_STATE = /^(?:skills|extensions|hooks|npm|plugin-skills)\//;

/** Files that an agent reads at its start, and its memory. */
const WORKSPACE =
  /^(?:(?:AGENTS|SOUL|TOOLS|IDENTITY|USER|HEARTBEAT|BOOTSTRAP|MEMORY|memory)\.md|memory\/(?:[^/]+\/)*[^/]+\.md|\.openclaw\/workspace-state\.json)$/;
const CODE_BELOW_WORKSPACE = /^(?:skills|hooks|\.agents\/skills|\.openclaw\/(?:extensions|hooks))\//;

const CODE = /\.(?:[cm]?[jt]sx?|json5?|mdx?|txt|ya?ml|toml|node|wasm|py|sh|html|css|svg|png|map)$/i;
const CODE_NAMES = /(?:^|\/)(?:LICEN[CS]E|README|NOTICE|COPYING)$/i;
/** Hidden files and folders hold settings of programs, and repositories; a package's own folders are no secret. */
const HIDDEN = /(?:^|\/)\.(?!clawhub\/|bin\/|pnpm\/|modules\.yaml|package-lock\.json)[^/]+/;
/** Data whose name says that it opens something; packages have files of such names too. */
const OPENING =
  /(?:^|\/)[^/]*(?:credential|secret|token|passw|auth-?profile|service-?account|api-?key|private-?key)[^/]*\.(?:json5?|ya?ml|toml|txt)$/i;
const PACKAGES = /(?:^|\/)node_modules\//;

/**
 * What happens to a file.
 * @param path in its place, with forward slashes
 */
export function treatmentOf(kind: PlaceKind, path: string): Treatment {
  switch (kind) {
    case "state":
      if (CODE_BELOW_STATE.test(path)) return codeTreatment(path);
      return STATE.find(([pattern]) => pattern.test(path))?.[1] ?? "left";
    case "workspace":
      if (CODE_BELOW_WORKSPACE.test(path)) return codeTreatment(path.replace(/^\.(?:agents|openclaw)\//, ""));
      return WORKSPACE.test(path) ? "whole" : "left";
    case "code":
      return codeTreatment(path);
  }
}

function codeTreatment(path: string): Treatment {
  if (HIDDEN.test(path)) return "left";
  if (!CODE.test(path) && !CODE_NAMES.test(path)) return "left";
  if (PACKAGES.test(path)) return "whole";
  if (OPENING.test(path)) return "left";
  return /\.json5?$/i.test(path) ? "json" : "whole";
}
