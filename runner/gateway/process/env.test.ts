import fc from "fast-check";
import { expect, test } from "vitest";
import { gatewayEnv } from "./env.ts";
import type { TempRoot } from "./temp-root.ts";

const tempRoot = {
  root: "/r",
  homeDir: "/r/home",
  stateDir: "/r/state",
  configPath: "/r/c.json",
} as TempRoot;
const envOf = (base: Record<string, string>) => gatewayEnv({ base, tempRoot, token: "t", parentPid: 7 });

test("of the runner's environment only what any program needs gets through", () => {
  const passed = { PATH: "/bin", LANG: "C", LC_ALL: "C", TZ: "UTC" };
  fc.assert(
    fc.property(fc.dictionary(fc.stringMatching(/^[A-Z_]{1,20}$/), fc.constant("from-outside")), (extra) => {
      const withOutside = envOf({ ...extra, ...passed });
      const allowed = new Set(["PATH", "LANG", "TZ", "USER", "LOGNAME", "SHELL", "LANGUAGE"]);
      for (const [name, value] of Object.entries(withOutside)) {
        if (value === "from-outside") expect(allowed.has(name) || name.startsWith("LC_")).toBe(true);
      }
      expect(withOutside).toMatchObject(passed);
    }),
  );
  expect(
    envOf({ OPENAI_API_KEY: "k", AWS_PROFILE: "p", NODE_OPTIONS: "o", HTTPS_PROXY: "x", HOME: "/me" }),
  ).toEqual(envOf({}));
});

test("the gateway's own variables win over the user's, a test's over both", () => {
  const env = gatewayEnv({
    base: { OPENCLAW_STATE_DIR: "/me" },
    tempRoot,
    token: "t",
    parentPid: 7,
    extra: { GATEWAY_FAULTS: "turn-hang" },
  });
  expect(env).toMatchObject({
    OPENCLAW_STATE_DIR: "/r/state",
    OPENCLAW_GATEWAY_TOKEN: "t",
    OPENCLAW_QA_PARENT_PID: "7",
    OPENCLAW_QA_TEMP_ROOT: "/r",
    GATEWAY_FAULTS: "turn-hang",
  });
});

test("the account's own installation is told its home, and nothing else says where its state is", () => {
  const env = gatewayEnv({ base: {}, tempRoot, token: "t", isAccountsOwn: true, parentPid: 7 });
  expect(env).toMatchObject({ HOME: "/r/home" });
  expect(Object.keys(env).filter((name) => /^(?:XDG_|OPENCLAW_(?!QA_))/.test(name))).toEqual([]);
});
