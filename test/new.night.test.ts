import { mkdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";
import { Sandbox } from "./testing/qa.ts";

test("a new scenario passes the check and the run at once, and is laid out", async () => {
  const sandbox = await Sandbox.create();
  await writeFile(join(sandbox.folder, "package.json"), "{}");
  const written = await sandbox.qa("new", "greets-back", "--theme", "channels");
  expect(written).toMatchObject({ exitCode: 0, stderr: "" });
  expect(written.stdout).toMatch(/^qa\/scenarios\/channels\/greets-back\.md is written\./);
  const [formatted, run] = await Promise.all([
    sandbox.qa("fmt", "--check"),
    sandbox.qa("run", "greets-back", "--pack", "qa/scenarios"),
  ]);
  expect(formatted.exitCode).toBe(0);
  expect(run).toMatchObject({
    exitCode: 0,
    report: { scenarios: [{ id: "greets-back", title: "Greets back", verdict: "passed" }] },
  });
});

test("a copy has the new id and title, nothing is overwritten, and what cannot be meant is refused with what can", async () => {
  const sandbox = await Sandbox.create();
  await mkdir(join(sandbox.folder, "scenarios"));
  const copied = await sandbox.qa("new", "room-chat", "--from", "dm-chat-baseline", "--title", "Yes: a room");
  expect(copied.exitCode, copied.stderr).toBe(0);
  const path = join(sandbox.folder, "scenarios/room-chat.md");
  const text = await readFile(path, "utf8");
  expect(text).toMatch(/^---\nid: room-chat\ntitle: "Yes: a room"\n/);
  expect(text).toContain("\n# Yes: a room\n");
  const refused = await Promise.all(
    [
      ["room-chat"],
      ["Room_Chat2"],
      ["other", "--from", "dm-chat-baselin"],
      ["other", "--theme", "../elsewhere"],
    ].map((args) => sandbox.qa("new", ...args)),
  );
  expect(refused.map(({ exitCode }) => exitCode)).toEqual([2, 2, 2, 2]);
  const said = refused.map(({ stderr }) => stderr);
  expect(said[0]).toContain("there is a scenario room-chat already, in scenarios/room-chat.md");
  expect(said[1]).toContain("Did you mean room-chat2?");
  expect(said[2]).toContain("Did you mean dm-chat-baseline?");
  expect(said[3]).toContain("leads out of the pack");
  expect(await readFile(path, "utf8")).toBe(text);
});
