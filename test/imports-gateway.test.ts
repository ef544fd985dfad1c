import { expect, test } from "vitest";
import { circlesOf, type Import, importsBelow, isTestCode } from "./testing/imports.ts";

const ROOT = "fixtures/gateway/src/";

/** What the files of a room may import besides each other and Node's own modules. */
interface Room {
  /** Rooms that stand before it in the table, so that no import can run upward. */
  rooms: readonly string[];
  packages: readonly string[];
}

/** The rooms of the embedded gateway, from the ground up. Tests may import anything; type-only imports count. */
const GATEWAY: Readonly<Record<string, Room>> = {
  base: { rooms: [], packages: ["ajv", "fastest-levenshtein", "pacote"] },
  sessions: { rooms: ["base"], packages: ["write-file-atomic"] },
  restart: { rooms: ["base"], packages: [] },
  supervise: { rooms: ["base", "restart"], packages: [] },
  config: { rooms: ["base", "restart"], packages: ["json-schema-to-ts", "json5", "write-file-atomic"] },
  runtime: { rooms: ["base", "config"], packages: [] },
  reload: { rooms: ["base", "restart", "config", "runtime"], packages: [] },
  skills: { rooms: ["base", "config", "runtime"], packages: ["yaml"] },
  channels: { rooms: ["base", "config", "runtime"], packages: ["write-file-atomic"] },
  tools: { rooms: ["base", "sessions", "config", "runtime", "channels"], packages: [] },
  plugins: {
    rooms: ["base", "restart", "config", "runtime", "reload", "channels", "tools"],
    packages: ["tar", "write-file-atomic"],
  },
  agent: {
    rooms: ["base", "sessions", "config", "runtime", "skills", "channels", "tools", "plugins"],
    packages: ["eventsource-parser", "write-file-atomic"],
  },
  sentinel: {
    rooms: ["base", "sessions", "restart", "config", "runtime", "channels", "agent"],
    packages: ["write-file-atomic"],
  },
  update: {
    rooms: ["base", "restart", "config", "runtime", "sentinel"],
    packages: ["semver", "write-file-atomic"],
  },
  "agent-system.ts": {
    rooms: ["sessions", "runtime", "reload", "skills", "channels", "tools", "plugins", "agent", "sentinel"],
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

const imports = importsBelow("fixtures/gateway/src");

/** The folder below the gateway's `src` that a file lies in, or the file itself beside them. */
function roomOf(file: string): string | undefined {
  return file.startsWith(ROOT) ? file.slice(ROOT.length).split("/")[0] : undefined;
}

function isAllowed({ from, to, isPackage }: Import): boolean {
  const own = roomOf(from) ?? "";
  const room = GATEWAY[own];
  if (room === undefined) return false;
  if (isPackage) return room.packages.includes(to);
  const target = roomOf(to);
  if (target === undefined) return to === "fixtures/gateway/package.json";
  return target === own || room.rooms.includes(target);
}

test("a folder of the gateway imports only from the rooms below it, and uses only the packages it may", () => {
  const inProduct = imports.filter(({ from }) => !isTestCode(from));
  expect(inProduct.length).toBeGreaterThan(500);
  expect(inProduct.filter((found) => !isAllowed(found))).toEqual([]);
});

test("a room of the gateway knows only rooms that stand before it, and uses each of them", () => {
  const names = Object.keys(GATEWAY);
  const inProduct = imports.filter(({ from }) => !isTestCode(from));
  for (const [index, [name, { rooms, packages }]] of Object.entries(GATEWAY).entries()) {
    expect(rooms.filter((room) => names.indexOf(room) >= index, name)).toEqual([]);
    const used = inProduct
      .filter(({ from }) => roomOf(from) === name)
      .map(({ to, isPackage }) => (isPackage ? to : roomOf(to)));
    expect([...rooms, ...packages].filter((entry) => !used.includes(entry))).toEqual([]);
  }
});

test("no files of the gateway import each other in a circle", () => {
  expect(circlesOf(imports)).toEqual([]);
});
