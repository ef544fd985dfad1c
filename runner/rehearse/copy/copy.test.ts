import { execFile } from "node:child_process";
import { lstat, mkdir, mkdtemp, readdir, readFile, readlink, rm, symlink } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, relative } from "node:path";
import { promisify } from "node:util";
import { afterEach, beforeEach, expect, test } from "vitest";
import { fingerprint, plantState, SECRET } from "../testing/planted.ts";
import { channelsOff, configOfCopy } from "./config.ts";
import { type Image, makeImage, placeImage } from "./image.ts";
import { type Installation, readInstallation } from "./installation.ts";
import { openSource } from "./open-source.ts";

/** What a run would start a gateway with. */
const OWN = {
  gateway: { mode: "local", port: 1, auth: { mode: "token", token: "of-the-run" } },
  models: { mode: "replace", providers: { mock: { baseUrl: "http://127.0.0.1:1/v1" } } },
  channels: { "qa-channel": { enabled: true } },
  agents: { defaults: { model: { primary: "mock/mock-1" } } },
  plugins: { entries: { "qa-channel": { enabled: true } }, load: { paths: ["/channel"] } },
};

let folder: string;
let state: string;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "rehearse-copy-"));
  await mkdir(join(folder, "home"));
  state = await plantState(join(folder, "home"));
});

afterEach(() => rm(folder, { recursive: true }));

async function copied(path: string): Promise<{ installation: Installation; image: Image; root: string }> {
  const installation = await readInstallation(await openSource(path, "the state"));
  const root = join(folder, "root");
  await mkdir(join(folder, "image"));
  await mkdir(root);
  const image = await makeImage(installation, join(folder, "image"));
  await placeImage(image, root);
  return { installation, image, root };
}

async function filesOf(root: string): Promise<string[]> {
  const entries = await readdir(root, { recursive: true, withFileTypes: true });
  return entries
    .filter((entry) => !entry.isDirectory())
    .map((entry) => relative(root, join(entry.parentPath, entry.name)))
    .sort();
}

async function allTexts(...folders: string[]): Promise<string> {
  const texts = folders.map(async (each) =>
    Promise.all((await filesOf(each)).map((file) => readFile(join(each, file), "utf8").catch(() => ""))),
  );
  return (await Promise.all(texts)).flat().join("\n");
}

const COPIED = [
  "linked/0-linked/index.js",
  "state/agents/main/agent/openclaw-agent.sqlite",
  "state/agents/main/sessions/s1.jsonl",
  "state/agents/main/sessions/sessions.json",
  "state/cron/jobs.json",
  "state/devices/paired.json",
  "state/exec-approvals.json",
  "state/extensions/desk/node_modules/a/token.js",
  "state/extensions/desk/openclaw.plugin.json",
  "state/extensions/desk/settings.json",
  "state/extensions/linked",
  "state/workspace/MEMORY.md",
  "state/workspace/memory/2026-04-26.md",
  "state/workspace/skills/greet/SKILL.md",
  "state/workspace/skills/greet/run.sh",
];

test("what is on the list is copied, no secret that lies in a known place is, and nothing of the original changes", async () => {
  const before = await fingerprint(join(folder, "home"));
  const { installation, image, root } = await copied(state);
  expect(await filesOf(root)).toEqual(COPIED);
  expect(await allTexts(join(folder, "image"), root)).not.toContain(SECRET);
  const config = configOfCopy(installation, OWN, root);
  expect(JSON.stringify([config, channelsOff(installation.config)])).not.toContain(SECRET);
  expect(config).toMatchObject({
    gateway: { auth: { token: "of-the-run" } },
    plugins: { entries: { desk: { config: { room: "one" } } } },
    agents: { defaults: { workspace: join(root, "state/workspace"), model: { primary: "mock/mock-1" } } },
  });
  expect(Object.keys(config.channels as object)).toEqual(["qa-channel"]);
  expect(await fingerprint(join(folder, "home"))).toEqual(before);
  expect(image.left.map(({ area }) => area)).toEqual(
    expect.arrayContaining(["credentials/", "identity/", ".env", "agents/*/agent/auth-profiles.json"]),
  );
});

test("paths lead into the copy, and links nowhere else", async () => {
  const { root } = await copied(state);
  expect(await allTexts(root)).not.toContain(state);
  expect(await readFile(join(root, "state/agents/main/sessions/s1.jsonl"), "utf8")).toContain(
    `"cwd":"${root}/state/workspace"`,
  );
  expect(await readlink(join(root, "state/extensions/linked"))).toBe(join(root, "linked/0-linked"));
  expect((await lstat(join(root, "state"))).mode & 0o077).toBe(0);
});

test.for(["of its folder", "that openclaw backup has made"])(
  "of an archive %s nothing else is unpacked",
  async (kind) => {
    const archive = join(folder, "backup.tgz");
    if (kind === "of its folder") await tar("-czf", archive, "-C", join(folder, "home"), ".openclaw");
    else await backup(archive);
    const { root } = await copied(archive);
    // A link may lead to what is not in the archive.
    expect(await filesOf(root)).toEqual(COPIED.filter((file) => !file.includes("linked")));
    expect(await allTexts(join(folder, "image"), root)).not.toContain(SECRET);
    expect(await allTexts(root)).not.toContain(state);
  },
);

test.for([
  ["../evil", "%s/evil"],
  ["/evil", "/%s"],
])("an archive with the path %s is refused, and nothing of it is written", async ([name]) => {
  const archive = join(folder, "evil.tgz");
  await tar(
    "-czf",
    archive,
    "-P",
    "-C",
    join(folder, "home"),
    "--transform",
    `s,.*MEMORY.md,${name},`,
    ".openclaw",
  );
  const before = await filesOf(folder);
  await expect(openSource(archive, "evil.tgz")).rejects.toMatchObject({ code: "archive-unsafe" });
  expect(await filesOf(folder)).toEqual(before);
});

test("what holds no installation is refused with what to name", async () => {
  const refused = { code: "state-unreadable", fault: "environment" };
  await expect(openSource(join(folder, "nowhere"), "nowhere")).rejects.toMatchObject(refused);
  await expect(openSource(folder, "a folder")).rejects.toMatchObject(refused);
  await expect(openSource(join(state, "openclaw.json"), "no archive")).rejects.toMatchObject(refused);
});

async function tar(...args: string[]): Promise<void> {
  await promisify(execFile)("tar", args);
}

async function backup(archive: string): Promise<void> {
  const payload = `2026-backup/payload/posix${state}`;
  const manifest = { assets: [{ kind: "state", sourcePath: state, archivePath: payload }] };
  const { writeFile } = await import("node:fs/promises");
  await writeFile(join(folder, "manifest.json"), JSON.stringify(manifest));
  await tar(
    "-czf",
    archive,
    "-P",
    "-C",
    folder,
    "--transform",
    `s,^manifest.json,2026-backup/manifest.json,`,
    "--transform",
    `s,^${state},${payload},`,
    "manifest.json",
    state,
  );
}

test("a plugin's folder that is not there is not made in the copy, and the link to it is one to nothing", async () => {
  await symlink("../../dev/moved", join(state, "extensions/moved"));
  const { image, root } = await copied(state);
  expect(image).toMatchObject({ absent: [join(folder, "home/dev/moved")], trouble: [], hasPlugins: true });
  const link = join(root, "state/extensions/moved");
  expect((await lstat(link)).isSymbolicLink()).toBe(true);
  await expect(readdir(link)).rejects.toMatchObject({ code: "ENOENT" });
});
