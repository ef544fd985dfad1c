import { chmod, mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { installForOneself } from "./own-install.ts";

const REGISTRY = "https://alice:pa55word@registry.invalid/";

/** Stands in for npm: notes its environment for each command, and has settings. */
const NPM = `#!/usr/bin/env node
const fs = require("node:fs");
fs.writeFileSync(process.env.NOTES + "/" + process.argv[2] + ".json", JSON.stringify(process.env));
if (process.argv[2] === "config") {
  const { npm_config_registry: registry } = process.env;
  console.log(JSON.stringify({ registry, proxy: "http://:pa55word@proxy.invalid/", cache: "/c", cafile: null }));
}
`;

test("npm gets its own credentials and no other, and the gateway that updates itself gets none", async () => {
  const folder = await mkdtemp(join(tmpdir(), "gateway-qa-own-"));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  await mkdir(join(folder, "bin"));
  await writeFile(join(folder, "bin", "npm"), NPM);
  await chmod(join(folder, "bin", "npm"), 0o755);
  const { env } = await installForOneself("2026.4.26", {
    tempRoot: folder,
    env: {
      PATH: `${join(folder, "bin")}${delimiter}${process.env.PATH}`,
      NOTES: folder,
      OPENAI_API_KEY: "key",
      NODE_AUTH_TOKEN: "token",
      npm_config_registry: REGISTRY,
    },
    progress: { note: () => {}, during: (_what, work) => work() },
    signal: new AbortController().signal,
  });
  for (const command of ["config", "install"]) {
    const seen = JSON.parse(await readFile(join(folder, `${command}.json`), "utf8")) as Record<
      string,
      string
    >;
    expect(seen).toMatchObject({ NODE_AUTH_TOKEN: "token", npm_config_registry: REGISTRY });
    expect(seen).not.toHaveProperty("OPENAI_API_KEY");
  }
  expect(env).toMatchObject({ npm_config_cache: "/c", npm_config_prefix: join(folder, "prefix") });
  expect(JSON.stringify(env)).not.toContain("pa55word");
});
