import { existsSync } from "node:fs";
import { mkdir, mkdtemp, rm, stat, utimes, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { removeOldBuilds } from "./old-builds.ts";

const DAY_MS = 24 * 60 * 60_000;

test("what other builds keep is removed a month after they ran last, and nothing else", async () => {
  const folder = await mkdtemp(join(tmpdir(), "qa-builds-"));
  onTestFinished(() => rm(folder, { recursive: true }));
  const now = Date.now();
  const make = async (name: string, daysAgo: number) => {
    await mkdir(join(folder, name, "gateway"), { recursive: true });
    await writeFile(join(folder, name, "gateway/entry.js"), "");
    await utimes(join(folder, name), new Date(now), new Date(now - daysAgo * DAY_MS));
  };
  const own = "00000000000000aa";
  await make(own, 90);
  await make("00000000000000bb", 31);
  await make("00000000000000cc", 29);
  await make("notes", 400);

  await removeOldBuilds(join(folder, own), new Date(now));

  const there = [own, "00000000000000bb", "00000000000000cc", "notes"].map((name) =>
    existsSync(join(folder, name, "gateway/entry.js")),
  );
  expect(there).toEqual([true, false, true, true]);
  expect((await stat(join(folder, own))).mtimeMs).toBeGreaterThan(now - DAY_MS);
  await removeOldBuilds(join(folder, "gone/0"), new Date(now));
});
