import { mkdir, mkdtemp, readdir, rm, stat, truncate, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { execa } from "execa";
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from "vitest";
import packageJson from "../package.json" with { type: "json" };
import { Teardown } from "../runner/base/teardown.ts";
import { startRegistry } from "../runner/gateway/npm/registry.ts";
import { OLDEST_NODE } from "../scripts/package/manifest.ts";
import { deskPlugin } from "./testing/desk-plugin.ts";
import { ROOT } from "./testing/qa.ts";
import { installNode, installPnpm, User } from "./testing/user.ts";

const MEGABYTE = 1_000_000;
const INSTALL_MS = 600_000;

const GREETS = `---
unique: greeting
---

# The agent greets back

## One reply arrives

\`\`\`yaml qa-step
- say: "Reply exactly: \${greeting}"
  as: alice
- expectReply: "\${greeting}"
\`\`\`
`;

const REPORTER = `import type { Reporter, RunEvent } from "gateway-qa/reporter";

export const version = 1;
export default class Slowest implements Reporter {
  readonly steps: string[] = [];
  onEvent(event: RunEvent) {
    if (event.type === "step-finished") this.steps.push(event.name);
  }
  finish() {
    console.log(\`steps: \${this.steps.length}\`);
  }
}
`;

const PROGRAM = `import type { Step } from "gateway-qa/steps";

export const greets: Step = [
  { say: "Reply exactly: hello", as: "alice" },
  { expectReply: "hello", within: "10s" },
  { rpc: "health", answer: { ok: true } },
  "expectNoLog",
];
`;

const FILES: Readonly<Record<string, string>> = {
  "package.json": JSON.stringify({ name: "their-plugin", private: true }),
  "qa/scenarios/greets-back.md": GREETS,
  "qa/scenarios/chat/says-else.md": GREETS.replace(/expectReply: .*/, 'expectReply: "something else"'),
};

/** How people install it, and what they type then. */
const WAYS: readonly { by: string; pnpm?: string; install: string[]; typed: string }[] = [
  { by: "npm", install: ["npm", "install", "gateway-qa"], typed: "npx gateway-qa" },
  { by: "npm --global", install: ["npm", "install", "--global", "gateway-qa"], typed: "gateway-qa" },
  ...["10.34.9", "12.21.0"].map((pnpm) => ({
    by: `pnpm ${pnpm}`,
    pnpm,
    install: ["pnpm", "add", "--save-dev", "gateway-qa"],
    typed: "pnpm exec gateway-qa",
  })),
];
const NODES = [
  { on: "the Node of the checkout", findNode: async () => process.execPath },
  { on: `Node ${OLDEST_NODE}`, findNode: () => installNode(OLDEST_NODE) },
];

const teardown = new Teardown();
// Holds all that the tests make; its name has a space, as names of people's folders do.
let folder: string;
let tarball: string;
let registry: string;

beforeAll(async () => {
  folder = join(await mkdtemp(join(tmpdir(), "gateway-qa-test-")), "my work");
  await mkdir(folder);
  await execa("npx", ["-y", "pnpm@10", "pack", "--pack-destination", folder], { cwd: ROOT });
  const [name] = await readdir(folder);
  tarball = join(folder, String(name));
  const signal = AbortSignal.timeout(INSTALL_MS);
  registry = (await startRegistry(join(folder, "registry"), { teardown, signal, published: undefined })).url;
  const login = `--//${new URL(registry).host}/:_authToken=none`;
  await execa("npm", ["publish", tarball, "--registry", registry, login]);
  const plugin = await User.create(join(folder, "author"), deskPlugin(), {
    node: process.execPath,
    registry,
  });
  expect(await plugin.run("npm", "publish", login)).toMatchObject({ exitCode: 0 });
}, INSTALL_MS);

afterAll(async () => {
  await teardown.run(10_000);
  await rm(dirname(folder), { recursive: true, force: true, maxRetries: 5 });
});

describe.each(NODES.flatMap((node) => WAYS.map((way) => ({ ...node, ...way }))))(
  "installed by $by, on $on",
  ({ by, on, pnpm, install, typed, findNode }) => {
    test(
      "it lists, checks and runs the repository's scenarios, and prints what was typed",
      async () => {
        const node = await findNode();
        const path = pnpm === undefined ? [] : [await installPnpm(pnpm)];
        const user = await User.create(join(folder, `${by}, ${on}`), FILES, { node, registry, path });
        const type = (...args: string[]) => user.run(...(typed.split(" ") as [string]), ...args);
        const [program = "", ...args] = install;
        expect(await user.run(program, ...args)).toMatchObject({ exitCode: 0 });
        const prefix = await timesBelow(user.prefix);
        // pnpm 12 says there what it looks at before it starts a program.
        const stderr = pnpm?.startsWith("12.") ? expect.not.stringMatching(/error|warn/i) : "";

        expect(await type("--version")).toEqual({ exitCode: 0, stdout: packageJson.version, stderr });
        const list = await type("list");
        expect(list).toMatchObject({ exitCode: 0, stderr });
        expect(list.stdout.match(/^[a-z-]+/gm)).toEqual(["says-else", "greets-back"]);
        const checked = "2 files checked: 0 errors, 0 warnings";
        expect(await type("check")).toEqual({ exitCode: 0, stdout: checked, stderr });
        expect(await type("run", "greets-back")).toMatchObject({
          exitCode: 0,
          stdout: expect.stringContaining("1 passed"),
          stderr,
        });
        const red = await type("run", "says-else");
        expect(red).toMatchObject({ exitCode: 1, stderr });
        const again = new RegExp(`${typed} run says-else.*`).exec(red.stdout)?.[0];
        expect(await user.run("sh", "-c", again ?? `echo ${red.stdout}`)).toMatchObject({ exitCode: 1 });
        // For root, nothing is read-only.
        expect(await timesBelow(user.prefix)).toEqual(prefix);
      },
      INSTALL_MS,
    );
  },
);

describe.each(NODES)("in a plugin's repository, where nothing is installed, on $on", ({ on, findNode }) => {
  test(
    "init sets it up, run and compat have their verdicts, and so has a published plugin",
    async () => {
      const node = await findNode();
      const user = await User.create(join(folder, `desk, ${on}`), deskPlugin(), { node, registry });
      const init = await user.run("npx", "--yes", "gateway-qa", "init", "--yes");
      expect(init, init.stdout + init.stderr).toMatchObject({ exitCode: 0 });
      expect(init.stdout).toContain("✓ desk-smoke");
      expect(init.stdout).toMatch(/✗ desk-smoke\n.*index\.js/);
      expect(await user.run("npx", "--yes", "gateway-qa", "run")).toMatchObject({
        exitCode: 0,
        stdout: expect.stringContaining("1 passed"),
      });
      for (const plugin of [[], ["@qa-test/desk@1.2.3"]]) {
        const compat = await user.run(
          "npx",
          "--yes",
          "gateway-qa",
          "compat",
          ...plugin,
          "--call",
          "--releases",
          "embedded",
        );
        expect(compat, compat.stdout + compat.stderr).toMatchObject({ exitCode: 0 });
        expect(compat.stdout).toMatch(/tools +yes \(2 of 2\)/);
      }
    },
    INSTALL_MS,
  );
});

test("run from source, an older Node is told so in a sentence", async () => {
  const node = await installNode(OLDEST_NODE);
  const { exitCode, stderr } = await execa(node, [join(ROOT, "runner/cli/main.js"), "list"], {
    reject: false,
  });
  expect({ exitCode, stderr }).toEqual({
    exitCode: 2,
    stderr: `error: gateway-qa needs Node 24.0.0 or newer, and this is Node ${OLDEST_NODE}: \`npx -y pnpm@10 qa …\` in its checkout brings one  [unsupported]`,
  });
});

describe.each(NODES)("installed by npm, on $on", ({ on, findNode }) => {
  let user: User;
  let installed: string;

  beforeAll(async () => {
    user = await User.create(join(folder, on), FILES, { node: await findNode(), registry });
    installed = join(user.repository, "node_modules");
    expect(await user.run("npm", "install", "gateway-qa")).toMatchObject({ exitCode: 0 });
  }, INSTALL_MS);

  test("all scenarios of the repository run when none is chosen; a path chooses one", async () => {
    const all = await user.npx("run");
    expect(all).toMatchObject({
      exitCode: 1,
      stdout: expect.stringContaining("1 failed, 1 passed"),
      stderr: "",
    });
    expect(await user.npx("run", "./qa/scenarios/chat")).toMatchObject({ exitCode: 1, stderr: "" });
  });

  test("a reporter of one's own, and a program that writes steps, get their types from the package", async () => {
    await writeFile(join(user.repository, "slowest.mts"), REPORTER);
    const tsc = join(ROOT, "node_modules/.bin/tsc");
    const options = ["--noEmit", "--strict", "--module", "nodenext", "--types", "", "slowest.mts"];
    expect(await user.run(tsc, ...options)).toEqual({ exitCode: 0, stdout: "", stderr: "" });
    await writeFile(join(user.repository, "wrong.mts"), REPORTER.replace("step-finished", "step-fished"));
    expect(await user.run(tsc, ...options.slice(0, -1), "wrong.mts")).toMatchObject({ exitCode: 1 });
    await writeFile(join(user.repository, "program.mts"), PROGRAM);
    expect(await user.run(tsc, ...options.slice(0, -1), "program.mts")).toMatchObject({ exitCode: 0 });
    await writeFile(join(user.repository, "typo.mts"), PROGRAM.replace("within:", "withn:"));
    expect(await user.run(tsc, ...options.slice(0, -1), "typo.mts")).toMatchObject({ exitCode: 1 });
    expect(await user.npx("run", "greets-back", "--reporter", "./slowest.mts")).toMatchObject({
      exitCode: 0,
      stdout: expect.stringContaining("steps: 1"),
      stderr: "",
    });
  });

  test("the tool's own scenarios are listed and run when they are asked for", async () => {
    const list = await user.npx("list", "--builtin", "--json");
    expect(JSON.parse(list.stdout).scenarios.length).toBeGreaterThan(40);
    const typo = await user.npx("run", "greets-bakc");
    expect(typo).toMatchObject({
      exitCode: 2,
      stderr: expect.stringContaining("`npx gateway-qa list` shows"),
    });
    expect(await user.npx("run", "dm-chat-baseline", "--builtin")).toMatchObject({ exitCode: 0, stderr: "" });
  });

  test("a damaged cache is made again without a word", async () => {
    await user.npx("run", "greets-back");
    const files = await filesBelow(user.cache);
    expect(files.length).toBeGreaterThan(100);
    for (const file of files) await truncate(file, Math.floor((await stat(file)).size / 2));
    expect(await user.npx("run", "greets-back")).toMatchObject({ exitCode: 0, stderr: "" });
  });

  test("nothing is written to where it is installed", async () => {
    onTestFinished(async () => void (await user.run("chmod", "-R", "u+w", installed)));
    await user.run("chmod", "-R", "a-w", installed);
    await rm(user.cache, { recursive: true, force: true });
    // For root, nothing is read-only.
    const before = await timesBelow(installed);
    expect(await user.npx("run", "greets-back")).toMatchObject({ exitCode: 0, stderr: "" });
    expect(await timesBelow(installed)).toEqual(before);
  });

  test("it is small, packed and installed, and brings no other package", async () => {
    expect((await stat(tarball)).size).toBeLessThan(8 * MEGABYTE);
    const sizes = (await filesBelow(installed)).map(async (file) => (await stat(file)).size);
    const total = (await Promise.all(sizes)).reduce((sum, size) => sum + size, 0);
    expect(total).toBeLessThanOrEqual(40 * MEGABYTE);
    expect((await readdir(installed)).filter((name) => !name.startsWith("."))).toEqual(["gateway-qa"]);
  });
});

async function filesBelow(root: string): Promise<string[]> {
  const entries = await readdir(root, { recursive: true, withFileTypes: true });
  return entries.filter((entry) => entry.isFile()).map(({ parentPath, name }) => join(parentPath, name));
}

/** When each file and folder was last changed. */
async function timesBelow(root: string): Promise<Record<string, number>> {
  const paths = await readdir(root, { recursive: true });
  const times = paths.map(async (path) => [path, (await stat(join(root, path))).mtimeMs]);
  return Object.fromEntries(await Promise.all(times));
}
