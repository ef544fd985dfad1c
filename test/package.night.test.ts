import { mkdir, mkdtemp, readdir, rm, stat, truncate } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { execa } from "execa";
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from "vitest";
import { OLDEST_NODE } from "../scripts/package/manifest.ts";
import { ROOT } from "./testing/qa.ts";
import { installNode, User } from "./testing/user.ts";

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

const FILES: Readonly<Record<string, string>> = {
  "package.json": JSON.stringify({ name: "their-plugin", private: true }),
  "qa/scenarios/greets-back.md": GREETS,
  "qa/scenarios/chat/says-else.md": GREETS.replace(/expectReply: .*/, 'expectReply: "something else"'),
};

// Holds all that the tests make; its name has a space, as names of people's folders do.
let folder: string;
let tarball: string;

beforeAll(async () => {
  folder = join(await mkdtemp(join(tmpdir(), "gateway-qa-test-")), "my work");
  await mkdir(folder);
  await execa("npx", ["-y", "pnpm@10", "pack", "--pack-destination", folder], { cwd: ROOT });
  const [name] = await readdir(folder);
  tarball = join(folder, String(name));
}, INSTALL_MS);

afterAll(() => rm(dirname(folder), { recursive: true, force: true, maxRetries: 5 }));

describe.each([
  { on: "the Node of the checkout", findNode: async () => process.execPath },
  { on: `Node ${OLDEST_NODE}`, findNode: () => installNode(OLDEST_NODE) },
])("installed by npm, on $on", ({ on, findNode }) => {
  let user: User;
  let installed: string;

  beforeAll(async () => {
    user = await User.create(join(folder, on), FILES, await findNode());
    installed = join(user.repository, "node_modules");
    expect(await user.run("npm", "install", tarball)).toMatchObject({ exitCode: 0 });
  }, INSTALL_MS);

  test("the repository's scenarios are listed and run, and a failure runs again by the line that is printed", async () => {
    const list = await user.npx("list");
    expect(list).toMatchObject({ exitCode: 0, stderr: "" });
    expect(list.stdout.match(/^[a-z-]+/gm)).toEqual(["says-else", "greets-back"]);

    const green = await user.npx("run", "greets-back");
    expect(green).toMatchObject({ exitCode: 0, stdout: expect.stringContaining("1 passed"), stderr: "" });

    const red = await user.npx("run", "./qa/scenarios/chat");
    expect(red).toMatchObject({ exitCode: 1, stderr: "" });
    const again = /npx gateway-qa run says-else.*/.exec(red.stdout)?.[0];
    expect(await user.run("sh", "-c", again ?? `echo ${red.stdout}`)).toMatchObject({
      exitCode: 1,
      stderr: "",
    });
  });

  test("a scenario of the tool's own runs", async () => {
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
