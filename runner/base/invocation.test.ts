import { join, relative } from "node:path";
import { expect, test } from "vitest";
import { asTyped, typedCommand, userFolder } from "./invocation.ts";
import { ROOT } from "./places.js";

const HERE = { cwd: ROOT, program: join(ROOT, "runner/cli/main.js") };
const SCRIPT = {
  INIT_CWD: "/home/me",
  npm_lifecycle_event: "qa",
  npm_lifecycle_script: "node runner/cli/main.js run --all",
  npm_package_json: join(ROOT, "package.json"),
};

test("a script that runs this program has the user's folder in INIT_CWD; another has gone where it wants to be", () => {
  expect(userFolder({ ...HERE, env: SCRIPT })).toBe("/home/me");
  expect(userFolder({ ...HERE, env: { ...SCRIPT, npm_lifecycle_script: "cd x && node y" } })).toBe(ROOT);
  expect(userFolder({ ...HERE, env: { ...SCRIPT, npm_package_json: "/other/package.json" } })).toBe(ROOT);
});

test.for([
  ["pnpm/10.34.9 npm/? node/v24", "pnpm qa"],
  ["npm/11.19.1 node/v24", "npm run qa --"],
  ["yarn/4.9.0 npm/? node/v24", "yarn qa"],
] as const)("%s started what `%s` starts again", ([agent, typed]) => {
  expect(typedCommand({ ...HERE, env: { ...SCRIPT, npm_config_user_agent: agent } })).toBe(typed);
});

test("without a script it is the checkout's own, and outside of the checkout the program itself", () => {
  expect(typedCommand({ ...HERE, env: {} })).toBe("pnpm qa");
  expect(typedCommand({ ...HERE, cwd: "/home/me", env: {} })).toBe(`node ${HERE.program}`);
  expect(typedCommand({ ...HERE, cwd: "/home/me", env: { GATEWAY_QA_COMMAND: "wrapper qa" } })).toBe(
    "wrapper qa",
  );
});

test("a text that names commands says what can be typed, in the package", () => {
  const typed = () => "npx gateway-qa";
  expect(asTyped("`qa list` shows all; a `qa-step` block, `qa run --all`.", typed, true)).toBe(
    "`npx gateway-qa list` shows all; a `qa-step` block, `npx gateway-qa run --all`.",
  );
  expect(asTyped("`qa list` shows all", typed, false)).toBe("`qa list` shows all");
});

test("a page of the documentation is named where it can be opened, unless the user has one of that name", () => {
  const told = "docs/statements.md lists them, and docs/none.md says nothing of other/docs/ci.md.";
  const typed = () => "npx gateway-qa";
  const page = join(ROOT, "docs/statements.md");
  expect(asTyped(told, typed, true, "/home/me")).toBe(told.replace("docs/statements.md", page));
  expect(asTyped(told, typed, true, join(ROOT, ".."))).toBe(
    told.replace("docs/statements.md", relative(join(ROOT, ".."), page)),
  );
  expect(asTyped(told, typed, true, ROOT)).toBe(told);
  expect(asTyped(told, typed, false, "/home/me")).toBe(told);
});
