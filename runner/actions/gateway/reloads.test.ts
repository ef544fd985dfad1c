import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { Wakeups } from "../../base/wakeups.ts";
import type { ActionContext } from "../context.ts";
import { expectReload } from "./reloads.ts";

const NOTICED = "[reload] config change detected; evaluating reload (skills.entries, meta)";
const APPLIED = "[reload] config hot reload applied (channels.qa-channel)";
const RESTARTS = "[reload] config change requires gateway restart (gateway.port)";
const HOT = { kind: "members", members: [["outcome", { kind: "equals", value: "hot" }]] } as const;

interface Release {
  product?: string;
  /** What `config.get` answers, one after the other; the last one stays. */
  answers?: { configRevisionHash?: string; appliedConfigHash?: string }[];
  /** Logged before `config.get` is answered, and read only after it. */
  late?: string;
  configPath?: string;
  /** Milliseconds; short where the wait is to be in vain. */
  withinMs?: number;
}

const IN_VAIN = { withinMs: 60 };

/** A gateway that has logged these lines since the last change, in a process that stays the same. */
function after(
  lines: string[],
  { product = "OpenClaw", answers = [{}], late, configPath, withinMs = 10_000 }: Release = {},
) {
  const identity = { bootId: "1", version: "2026.9.6", pid: 1, generation: 1 };
  const log = lines.map((line, index) => ({ index, line }));
  const notes: string[] = [];
  let asked = 0;
  const context = {
    gateway: {
      facts: { product },
      capabilities: new Set(configPath === undefined ? [] : ["config-file"]),
      configPath,
    },
    scene: {
      linesSinceChange: log,
      unchangedSinceChange: [],
      isFree: () => true,
      take: () => {},
      note: (text: string) => notes.push(text),
      before: { ...identity, generation: 0 },
    },
    wakeups: new Wakeups(),
    signal: () => undefined,
    limits: { withinMs },
    call: async () => answers[Math.min(asked++, answers.length - 1)],
    async identity() {
      if (late !== undefined && log.at(-1)?.line !== late) log.push({ index: log.length, line: late });
      return identity;
    },
  } as unknown as ActionContext;
  return { notes, taken: expectReload(context, HOT).then(({ value }) => value) };
}

const OLD = { configRevisionHash: "b", appliedConfigHash: "a" };
const NEW = { configRevisionHash: "b", appliedConfigHash: "b" };

test("what a release only notices is hot as soon as it says that it is in force, and that is noted", async () => {
  const { taken, notes } = after([NOTICED], { answers: [OLD, OLD, NEW] });
  expect(await taken).toEqual({ outcome: "hot", reasons: ["skills.entries", "meta"] });
  expect(notes).toEqual([expect.stringContaining("skills.entries, meta")]);
});

test("what it says of it itself counts, also when that is read last", async () => {
  const { taken, notes } = after([NOTICED], { answers: [NEW], late: APPLIED });
  expect(await taken).toEqual({ outcome: "hot", reasons: ["channels.qa-channel"] });
  expect(notes).toEqual([]);
  await expect(after([NOTICED], { answers: [NEW], late: RESTARTS }).taken).rejects.toThrow(/"restart"/);
});

test.for<[string, string[], Release]>([
  ["never in force", [NOTICED], { answers: [OLD] }],
  ["failed", [NOTICED, "[reload] config reload failed: Error"], { answers: [NEW] }],
  ["deferred", [NOTICED, "[reload] config change requires channel reload (qa)"], { answers: [NEW] }],
  ["of a gateway that always says more", [NOTICED], { product: "embedded gateway" }],
])("a change that is %s is not hot", async ([, lines, release]) => {
  await expect(after(lines, { ...release, ...IN_VAIN }).taken).rejects.toThrow(
    "the change was never applied",
  );
});

test("a switched off reload changes nothing, in the words of each release", async () => {
  for (const line of [
    "[reload] config reload disabled (gateway.reload.mode=off)",
    "[reload] config reload requires gateway restart; hot mode ignoring (gateway.port)",
  ])
    await expect(after([NOTICED, line]).taken, line).rejects.toThrow(/outcome is "none"/);
});

test("a release that does not say what is in force has it when it keeps a copy of it", async () => {
  const folder = await mkdtemp(join(tmpdir(), "reloads-"));
  onTestFinished(() => rm(folder, { recursive: true }));
  const configPath = join(folder, "openclaw.json");
  await writeFile(configPath, "new");
  await writeFile(`${configPath}.last-good`, "old");
  await expect(after([NOTICED], { configPath, ...IN_VAIN }).taken).rejects.toThrow("never applied");
  await writeFile(`${configPath}.last-good`, "new");
  expect(await after([NOTICED], { configPath }).taken).toMatchObject({ outcome: "hot" });
});
