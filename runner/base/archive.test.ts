import { mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { packFolder, unpackOnce } from "./archive.ts";

test("an archive is unpacked, and a cache that cannot be written to is the machine's affair", async () => {
  const root = await mkdtemp(join(tmpdir(), "gateway-qa-test-"));
  onTestFinished(() => rm(root, { recursive: true, force: true }));
  await mkdir(join(root, "from/deep"), { recursive: true });
  await writeFile(join(root, "from/deep/a.txt"), "a");
  const archive = join(root, "from.br");
  await writeFile(archive, await packFolder(join(root, "from")));
  await unpackOnce(archive, join(root, "cache/to"));
  expect(await readFile(join(root, "cache/to/deep/a.txt"), "utf8")).toBe("a");
  await expect(unpackOnce(archive, join(archive, "cache"))).rejects.toMatchObject({
    code: "cannot-write",
    message: expect.stringContaining(`cannot be unpacked into ${join(archive, "cache")}: ENOTDIR`),
    hint: expect.stringContaining("GATEWAY_QA_CACHE"),
  });
});
