import { createHash } from "node:crypto";
import { existsSync } from "node:fs";
import { mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { execa } from "execa";
import { expect, onTestFinished, test } from "vitest";
import { PROGRAMS } from "../../../base/places.js";
import { inventedVersion, makeVersion } from "./broken-package.ts";
import { faultOf } from "./faults.ts";

/** A package that is made as releases are, and that prints what it was started with. */
async function packageFolder(): Promise<string> {
  const root = await mkdtemp(join(tmpdir(), "gateway-qa-package-"));
  onTestFinished(() => rm(root, { recursive: true, force: true }));
  await mkdir(join(root, "dist"));
  const files = {
    "package.json": JSON.stringify({ name: "openclaw", version: "2026.9.5", type: "module" }),
    "dist/build-info.json": JSON.stringify({ version: "2026.9.5", buildId: "2026.9.5-release-1" }),
    "dist/index.js": "#!/usr/bin/env node\nconsole.log(process.argv.slice(2).join(' '));\n",
    "dist/entry.js": "console.log('entry');\n",
    "dist/rest.js": "",
  };
  for (const [path, text] of Object.entries(files)) await writeFile(join(root, path), text);
  const listed = Object.keys(files)
    .filter((path) => path.startsWith("dist/"))
    .map((path) => ({ path, sha256: "old", mode: 420, size: 0 }));
  await writeFile(join(root, "dist/postinstall-content-inventory.json"), JSON.stringify(listed));
  return root;
}

test("a version that dies only as a service is the same package but for that, and its list of itself is right", async () => {
  const root = await packageFolder();
  await makeVersion(root, inventedVersion("2026.9.5"), "crash-after-check");
  const read = async (path: string) => JSON.parse(await readFile(join(root, path), "utf8"));
  expect(await read("package.json")).toMatchObject({ name: "openclaw", version: "2026.9.905" });
  expect(await read("dist/build-info.json")).toEqual({
    version: "2026.9.905",
    buildId: "2026.9.905-release-1",
  });
  const listed: { path: string; sha256: string; size: number }[] = await read(
    "dist/postinstall-content-inventory.json",
  );
  const content = await readFile(join(root, "dist/index.js"));
  expect(listed.find(({ path }) => path === "dist/index.js")).toMatchObject({
    sha256: createHash("sha256").update(content).digest("hex"),
    size: content.length,
  });
  expect(listed.find(({ path }) => path === "dist/rest.js")).toMatchObject({ sha256: "old" });
  const start = (args: string[], env: Record<string, string>) =>
    execa(process.execPath, [join(root, "dist/index.js"), ...args], { reject: false, env });
  const asService = { INVOCATION_ID: "1" };
  expect(await start(["gateway", "run"], { INVOCATION_ID: "" })).toMatchObject({ exitCode: 0 });
  expect(await start(["gateway", "--port", "1"], asService)).toMatchObject({ exitCode: 1 });
  expect(await start(["gateway", "install"], asService)).toMatchObject({ exitCode: 0 });
});

test("a version with a missing file lists that file", async () => {
  const root = await packageFolder();
  const restore = await makeVersion(root, "2026.9.905", "missing-file");
  expect(existsSync(join(root, "dist/rest.js"))).toBe(false);
  expect(await readFile(join(root, "dist/postinstall-content-inventory.json"), "utf8")).toContain(
    "dist/rest.js",
  );
  await restore();
  expect(existsSync(join(root, "dist/rest.js"))).toBe(true);
  expect(await readFile(join(root, "package.json"), "utf8")).toContain('"version":"2026.9.5"');
});

test("a target that there is not is an error that names those that there are", () => {
  expect(() => faultOf("crash-at-stat")).toThrow(
    expect.objectContaining({ code: "target-unknown", hint: "Did you mean crash-at-start?" }),
  );
});

test("on a full disk nothing is written below one folder, in any of the ways; elsewhere it is, and there it can be read", async () => {
  const folder = await mkdtemp(join(tmpdir(), "gateway-qa-full-"));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  const full = join(folder, "full");
  await mkdir(full);
  await writeFile(join(full, "there"), "text");
  const script = `
    import fs, { writeFileSync } from "node:fs";
    import { writeFile, open, statfs } from "node:fs/promises";
    const [full, other] = process.argv.slice(1);
    const codes = [];
    const tried = async (run) => { try { await run(); codes.push("ok"); } catch (error) { codes.push(error.code); } };
    await tried(() => writeFileSync(full + "/a", "x"));
    await tried(() => writeFile(full + "/a", "x"));
    await tried(() => open(full + "/a", "w"));
    await tried(() => new Promise((ok, no) => fs.createWriteStream(full + "/a").on("error", no).on("open", ok)));
    await tried(() => fs.copyFileSync(full + "/there", full + "/b"));
    await tried(() => fs.readFileSync(full + "/there"));
    await tried(() => writeFile(other + "/a", "x"));
    const { bavail } = await statfs(full);
    console.log(JSON.stringify([...codes, bavail]));`;
  const { stdout } = await execa(
    process.execPath,
    ["--require", PROGRAMS.fullDisk, "--input-type=module", "-e", script, full, folder],
    { env: { GATEWAY_QA_FULL_DISK: full } },
  );
  const refused = ["ENOSPC", "ENOSPC", "ENOSPC", "ENOSPC", "ENOSPC"];
  expect(JSON.parse(stdout)).toEqual([...refused, "ok", "ok", 0]);
});
