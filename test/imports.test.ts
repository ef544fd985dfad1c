import { describe, expect, test } from "vitest";
import { circlesOf, type Import, importsBelow, isTestCode, specifiersIn } from "./testing/imports.ts";

/** What the files of a room may import besides each other and Node's own modules. */
interface Room {
  /** Rooms that stand before it in the table, so that no import can run upward. */
  rooms: readonly string[];
  packages: readonly string[];
}

/**
 * The rooms of the runner, from the ground up. A folder within a room may be a room of its own. Tests may import
 * anything; type-only imports count.
 */
const RUNNER: Readonly<Record<string, Room>> = {
  base: {
    rooms: [],
    packages: ["ajv", "ajv-formats", "fastest-levenshtein", "write-file-atomic"],
  },
  scenario: {
    rooms: ["base"],
    packages: ["@babel/code-frame", "ajv", "json-schema-to-ts", "yaml"],
  },
  flow: { rooms: ["base", "scenario"], packages: ["acorn", "acorn-walk", "eslint-scope", "estree", "yaml"] },
  shape: { rooms: ["base"], packages: [] },
  http: { rooms: ["base"], packages: [] },
  channel: { rooms: ["base", "http"], packages: ["ajv", "json-schema-to-ts"] },
  model: { rooms: ["base", "http", "scenario"], packages: [] },
  report: {
    rooms: ["base"],
    packages: [
      "ajv",
      "cli-truncate",
      "ctrf",
      "diff",
      "esbuild",
      "json-schema-to-ts",
      "log-update",
      "preact",
      "std-env",
    ],
  },
  gateway: {
    rooms: ["base"],
    packages: ["execa", "log-update", "p-retry", "proper-lockfile", "semver", "tar", "verdaccio"],
  },
  actions: {
    rooms: ["base", "http", "channel", "flow", "gateway", "model"],
    packages: [
      "@modelcontextprotocol/client",
      "ajv",
      "json-schema-to-ts",
      "json5",
      "p-retry",
      "playwright-core",
    ],
  },
  run: {
    rooms: ["base", "scenario", "flow", "shape", "http", "channel", "model", "report", "gateway", "actions"],
    packages: ["esbuild", "json5", "p-limit"],
  },
  plan: {
    rooms: ["base", "scenario", "flow", "gateway", "actions", "run"],
    packages: ["picomatch", "semver", "yaml"],
  },
  // Which scenarios a changed file concerns, and the loop that runs them when files are saved.
  watch: { rooms: ["base", "scenario", "run"], packages: ["chokidar"] },
  // What an editor shows while a scenario is typed: the check, the layout, and what the declarations of actions know.
  language: {
    rooms: ["base", "scenario", "flow", "actions", "plan"],
    // The protocol, and its documents. Loaded by `qa lsp` only.
    packages: ["vscode-languageserver", "vscode-languageserver-textdocument", "yaml"],
  },
  results: { rooms: ["base", "report"], packages: ["json-schema-to-ts", "semver"] },
  lanes: {
    rooms: ["base", "scenario", "report", "gateway", "plan", "results"],
    packages: ["ajv", "json-schema-to-ts", "semver"],
  },
  parity: { rooms: ["base", "shape", "report"], packages: ["json-schema-to-ts"] },
  // Its search knows nothing of runs: `compat` asks it as well.
  bisect: { rooms: ["base", "parity"], packages: ["json-schema-to-ts", "semver"] },
  compat: {
    rooms: ["base", "channel", "gateway", "actions", "run", "bisect"],
    packages: ["json-schema-to-ts", "json5", "semver"],
  },
  rehearse: {
    // `http` for the package registry that a copy is given.
    rooms: ["base", "scenario", "http", "channel", "gateway", "run", "compat"],
    packages: ["json-schema-to-ts", "json5", "tar", "yaml"],
  },
  "release-check": {
    rooms: ["base", "channel", "gateway", "actions", "run"],
    packages: [],
  },
  // Whether scenarios notice a broken gateway: what is kept of it, and what is said.
  prove: { rooms: ["base", "scenario", "flow", "report", "run"], packages: ["json-schema-to-ts"] },
  init: { rooms: ["base", "channel", "gateway", "run"], packages: ["json5", "yaml"] },
  cli: {
    rooms: [
      "base",
      "scenario",
      "report",
      "gateway",
      "run",
      "plan",
      "watch",
      "language",
      "results",
      "lanes",
      "parity",
      "bisect",
      "release-check",
      "compat",
      "prove",
      "rehearse",
      "init",
    ],
    packages: ["commander", "picomatch", "semver"],
  },
};

/** The rooms of the embedded gateway, as above. A file beside the folders is a room as well. */
const GATEWAY: Readonly<Record<string, Room>> = {
  base: { rooms: [], packages: ["ajv", "fastest-levenshtein", "pacote"] },
  sessions: { rooms: ["base"], packages: [] },
  restart: { rooms: ["base"], packages: [] },
  supervise: { rooms: ["base", "restart"], packages: [] },
  config: { rooms: ["base", "restart"], packages: ["json-schema-to-ts", "json5"] },
  runtime: { rooms: ["base", "config"], packages: [] },
  reload: { rooms: ["base", "restart", "config", "runtime"], packages: [] },
  skills: { rooms: ["base", "config", "runtime"], packages: ["json5", "yaml"] },
  channels: { rooms: ["base", "config", "runtime"], packages: [] },
  tools: { rooms: ["base", "sessions", "config", "runtime", "channels"], packages: [] },
  plugins: {
    rooms: ["base", "restart", "config", "runtime", "reload", "channels", "tools"],
    // Releases read manifests as JSON5.
    packages: ["ini", "jiti", "json5", "tar"],
  },
  agent: {
    rooms: ["base", "sessions", "config", "runtime", "skills", "channels", "tools", "plugins"],
    packages: ["eventsource-parser"],
  },
  cron: {
    rooms: ["base", "sessions", "config", "runtime", "tools", "agent"],
    packages: ["croner"],
  },
  sentinel: {
    rooms: ["base", "sessions", "restart", "config", "runtime", "channels", "agent"],
    packages: [],
  },
  clients: { rooms: ["base", "sessions", "config", "runtime", "channels", "agent"], packages: [] },
  update: {
    rooms: ["base", "restart", "config", "runtime", "sentinel"],
    packages: ["semver"],
  },
  "agent-system.ts": {
    rooms: [
      "base",
      "sessions",
      "runtime",
      "reload",
      "skills",
      "channels",
      "tools",
      "plugins",
      "agent",
      "cron",
      "sentinel",
      "clients",
    ],
    packages: [],
  },
  methods: { rooms: ["base", "restart", "config", "runtime", "reload", "sentinel"], packages: [] },
  server: { rooms: ["base", "config", "runtime"], packages: ["ws"] },
  "gateway.ts": {
    rooms: [
      "base",
      "restart",
      "config",
      "runtime",
      "reload",
      "plugins",
      "sentinel",
      "update",
      "agent-system.ts",
      "methods",
      "server",
    ],
    packages: [],
  },
  cli: {
    rooms: ["base", "restart", "supervise", "config", "plugins", "sentinel", "update", "gateway.ts"],
    packages: ["commander", "ws"],
  },
};

/** The repository's folders: `fixtures` and `runner` meet on the wire only. */
const REPOSITORY: Readonly<Record<string, readonly string[]>> = {
  "fixtures/gateway": ["package.json"],
  "fixtures/plugins": [],
  "fixtures/openclaw-channel": [],
  runner: ["package.json"],
  // Docs are made from what both declare.
  scripts: ["runner", "fixtures/gateway"],
  bench: ["runner", "test/testing"],
};

const KINDS = ["embedded", "openclaw", "remote"].map((kind) => `runner/gateway/${kind}`);

/** What the order of the rooms does not say. */
const NEVER: Readonly<Record<string, readonly string[]>> = {
  // Through the gateway's interface only.
  "runner/actions": [...KINDS, "runner/gateway/process", "runner/gateway/npm"],
  // It runs no scenario's code.
  "runner/run/testbed": ["runner/flow", "runner/actions"],
  "runner/run/attempt/host": ["runner/flow/run", "runner/actions", "runner/run/attempt/child"],
  // It has none of the testbed's objects, and nothing that only planning needs.
  "runner/run/attempt/child": [
    ...["runner/flow/compile", "runner/scenario", "runner/run/testbed", "runner/run/attempt/host"],
    ...["runner/gateway/process", "runner/gateway/npm", ...KINDS],
  ],
  "runner/gateway/rpc": [...KINDS, "runner/gateway/process", "runner/gateway/npm"],
  "runner/gateway/process": [...KINDS, "runner/gateway/npm"],
  "runner/gateway/npm": KINDS,
  ...Object.fromEntries(KINDS.map((kind) => [kind, KINDS.filter((other) => other !== kind)])),
};

const everything = importsBelow("runner", "fixtures", "scripts", "bench", "test");
const inProduct = everything.filter(({ from }) => !isTestCode(from));

/** The longest of the given paths that a file lies in, or is. */
function placeOf(file: string, paths: readonly string[]): string | undefined {
  return paths
    .filter((path) => file === path || file.startsWith(`${path}/`))
    .sort((one, other) => other.length - one.length)[0];
}

/** What the files of one room below `root` import. */
function importsOf(root: string, room: string, rooms: readonly string[]): Import[] {
  return inProduct.filter(
    ({ from }) => from.startsWith(`${root}/`) && placeOf(from.slice(root.length + 1), rooms) === room,
  );
}

/** Imports below `root` that its table does not allow, and files in none of its rooms. */
function against(root: string, table: Readonly<Record<string, Room>>): string[] {
  const names = Object.keys(table);
  return inProduct
    .filter(({ from }) => from.startsWith(`${root}/`))
    .filter(({ from, to, isPackage }) => {
      const own = placeOf(from.slice(root.length + 1), names);
      const room = own === undefined ? undefined : table[own];
      if (room === undefined) return true;
      if (isPackage) return !room.packages.includes(to);
      if (!to.startsWith(`${root}/`)) return false;
      const target = placeOf(to.slice(root.length + 1), names);
      return target === undefined || (target !== own && placeOf(target, room.rooms) === undefined);
    })
    .map(asText);
}

const asText = ({ from, to }: Import) => `${from} imports ${to}`;

const TABLES = { runner: RUNNER, "fixtures/gateway/src": GATEWAY };

describe.for(Object.entries(TABLES))("a folder of %s", ([root, table]) => {
  const names = Object.keys(table);

  test("imports only from the rooms that it may know, and uses only the packages it may", () => {
    expect(against(root, table)).toEqual([]);
  });

  test("may know only rooms that stand before it", () => {
    const upward = Object.entries(table).flatMap(([name, { rooms }]) =>
      rooms
        .filter((room) => !names.slice(0, names.indexOf(name)).includes(room))
        .map((room) => `${name}: ${room}`),
    );
    expect(upward).toEqual([]);
  });

  test("may know only what it uses", () => {
    const unused = Object.entries(table).flatMap(([name, { rooms, packages }]) => {
      const used = importsOf(root, name, names).map(({ to, isPackage }) =>
        isPackage ? to : (placeOf(to.slice(root.length + 1), names) ?? ""),
      );
      const isUsed = (entry: string) => used.some((one) => placeOf(one, [entry]) !== undefined);
      return [...rooms, ...packages].filter((entry) => !isUsed(entry)).map((entry) => `${name}: ${entry}`);
    });
    expect(unused).toEqual([]);
  });
});

test("the repository's folders import only from those they may know", () => {
  const folders = Object.keys(REPOSITORY);
  const wrong = inProduct.filter(({ from, to, isPackage }) => {
    if (isPackage) return false;
    const own = placeOf(from, folders);
    if (own === undefined) return true;
    return placeOf(to, [own, ...(REPOSITORY[own] ?? [])]) === undefined;
  });
  expect(wrong.map(asText)).toEqual([]);
});

test("actions reach the gateway through its interface", () => {
  const files = ["gateway", "health-probe", "overlay", "provider-mode", "rpc/errors", "rpc/interceptors"];
  const known = files.map((file) => `runner/gateway/${file}.ts`);
  const wrong = inProduct.filter(
    ({ from, to }) =>
      from.startsWith("runner/actions/") && to.startsWith("runner/gateway/") && !known.includes(to),
  );
  expect(wrong.map(asText)).toEqual([]);
});

test("no folder imports what it must not know within a room that it may know", () => {
  const wrong = Object.entries(NEVER).flatMap(([folder, forbidden]) =>
    inProduct.filter(({ from, to }) => placeOf(from, [folder]) && placeOf(to, forbidden)),
  );
  expect(wrong.map(asText)).toEqual([]);
});

test("code that is not a test imports nothing that is there for tests", () => {
  const wrong = inProduct.filter(
    ({ from, to, isPackage }) => !from.startsWith("bench/") && !isPackage && isTestCode(to),
  );
  expect(wrong.map(asText)).toEqual([]);
});

test("no files import each other in a circle", () => {
  expect(inProduct.length).toBeGreaterThan(500);
  expect(circlesOf(everything)).toEqual([]);
});

test("every way to import counts, and text that only looks like one does not", () => {
  const text = [
    'import { a } from "./a.ts";',
    "import type {",
    "  B,",
    '} from "./b.ts";',
    'export * from "./c.ts";',
    'import "./d.ts";',
    'const lazily = await import("./e.ts");',
    'type F = import("./f.ts").F;',
    'const quoted = `  import { g } from "./g.ts"`;',
    'import attributes from "./h.json" with { type: "json" };',
  ].join("\n");
  expect(specifiersIn(text).map((to) => to.slice(2, 3))).toEqual(["a", "b", "c", "d", "e", "f", "h"]);
});

test("a circle is found over any number of files, and a common import is not one", () => {
  const imports = (arrows: string): Import[] =>
    arrows.split(" ").map((arrow) => {
      const [from = "", to = ""] = arrow.split(">");
      return { from, to, isPackage: false };
    });
  expect(circlesOf(imports("a>b b>c c>a c>d x>d y>x y>d p>q q>p d>e"))).toEqual([
    ["a", "b", "c"],
    ["p", "q"],
  ]);
  expect(circlesOf(imports("a>b a>c b>d c>d"))).toEqual([]);
});
