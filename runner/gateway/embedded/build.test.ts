import { chmod, mkdir, mkdtemp, readFile, rm, stat, utimes, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { ensureBuild } from "./build.ts";

let packageRoot = "";
const { signal } = new AbortController();

/** Builds a package of one file the way the embedded gateway's script does, and counts. */
const BUILD_SCRIPT = `
import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
const here = import.meta.dirname;
const root = join(here, ".build", "one");
mkdirSync(root, { recursive: true });
const times = existsSync(join(here, "builds")) ? Number(readFileSync(join(here, "builds"), "utf8")) + 1 : 1;
writeFileSync(join(here, "builds"), String(times));
writeFileSync(join(root, "entry.js"), "");
const { size, mtimeMs, ctimeMs } = statSync(join(here, "source.ts"));
const sha256 = createHash("sha256").update(readFileSync(join(here, "source.ts"))).digest("hex");
const inputs = [{ path: "source.ts", size, mtimeMs, ctimeMs, sha256 }];
const build = { root, entry: join(root, "entry.js"), version: "1.0.0", buildId: "build-" + times, faults: [] };
writeFileSync(join(root, "build.json"), JSON.stringify({ ...build, inputs }));
writeFileSync(join(here, ".build", "current.json"), JSON.stringify(build));
process.stdout.write(JSON.stringify(build));
`;

beforeEach(async () => {
  packageRoot = await mkdtemp(join(tmpdir(), "embedded-build-test-"));
  await writeFile(join(packageRoot, "package.json"), '{ "type": "module" }');
  await writeFile(join(packageRoot, "build.ts"), BUILD_SCRIPT);
  await writeFile(join(packageRoot, "source.ts"), "one");
});

afterEach(() => rm(packageRoot, { recursive: true, force: true }));

test("a build is made once, and again when a source changed or half of it is gone", async () => {
  expect(await ensureBuild(packageRoot, signal)).toMatchObject({ version: "1.0.0", buildId: "build-1" });
  expect(await ensureBuild(packageRoot, signal)).toMatchObject({ buildId: "build-1" });

  await writeFile(join(packageRoot, "source.ts"), "longer");
  const rebuilt = await ensureBuild(packageRoot, signal);
  expect(rebuilt.buildId).toBe("build-2");

  await rm(rebuilt.entry);
  expect(await ensureBuild(packageRoot, signal)).toMatchObject({ buildId: "build-3" });
  expect(await readFile(join(packageRoot, "builds"), "utf8")).toBe("3");
});

test("a source of the same size and time is looked into when anything touched it", async () => {
  const source = join(packageRoot, "source.ts");
  const time = new Date("2026-01-02T03:04:05Z");
  await utimes(source, time, time);
  await ensureBuild(packageRoot, signal);
  await chmod(source, 0o640);
  expect(await ensureBuild(packageRoot, signal)).toMatchObject({ buildId: "build-1" });
  await writeFile(source, "two");
  await utimes(source, time, time);
  expect(await ensureBuild(packageRoot, signal)).toMatchObject({ buildId: "build-2" });
});

test("the gateway's build is for every user of the checkout; who may not build it is told so", async () => {
  const { root } = await ensureBuild(join(import.meta.dirname, "../../../fixtures/gateway"), signal);
  expect((await stat(root)).mode & 0o777).toBe(0o755);
  const refusal = "Error: EACCES: permission denied, mkdtemp '.build/.staging-a'";
  await writeFile(
    join(packageRoot, "build.ts"),
    `console.error(${JSON.stringify(refusal)}); process.exit(1);`,
  );
  await expect(ensureBuild(packageRoot, signal)).rejects.toMatchObject({
    code: "build-not-allowed",
    fault: "environment",
    message: expect.stringContaining(`may not write to ${packageRoot}`),
  });
});

test("a build that fails says what the script said", async () => {
  await writeFile(
    join(packageRoot, "build.ts"),
    'console.error("source.ts:3:1: unexpected end"); process.exit(1);',
  );
  await expect(ensureBuild(packageRoot, signal)).rejects.toMatchObject({
    code: "gateway-build-failed",
    details: "source.ts:3:1: unexpected end",
  });
  await mkdir(join(packageRoot, ".build"), { recursive: true });
  await writeFile(join(packageRoot, "build.ts"), 'console.log("not json");');
  await expect(ensureBuild(packageRoot, signal)).rejects.toMatchObject({ code: "gateway-build-failed" });
});
