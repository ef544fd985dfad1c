import { expect, test } from "vitest";
import { BlockedError } from "../../base/errors.ts";
import { Secrets } from "../../base/secrets/secrets.ts";
import type { DrivenGateway } from "../../gateway/gateway.ts";
import { toRpcError } from "../../gateway/rpc/errors.ts";
import { interceptedGateway } from "./intercepted-gateway.ts";
import { capabilityOf } from "./rpc-capabilities.ts";

/** Knows `known`, refuses `refused`, and has never heard of anything else. */
class SmallGateway {
  readonly #token = "secret";
  readonly facts: { target: string };
  constructor(target: string) {
    this.facts = { target };
  }
  get token(): string {
    return this.#token;
  }
  async call(method: string): Promise<object> {
    if (method === "known") return { ok: true };
    const message = method === "refused" ? "not now" : `unknown method: ${method}`;
    const methods = ["known", "refused", "config.get"];
    throw toRpcError(method, { code: "INVALID_REQUEST", message }, new Secrets(), { methods });
  }
}

function reach(target: string, foreign: boolean): DrivenGateway {
  const small = new SmallGateway(target) as unknown as DrivenGateway;
  return interceptedGateway(small, { foreign });
}

const gateway = reach("openclaw@2026.9.6", false);
const errorOf = (method: string) => gateway.call(method).catch((error: unknown) => error);

test.for([
  ["cron.add", "cron"],
  ["doctor.memory.status", "memory"],
  ["tools.invoke", "tools"],
  ["last-heartbeat", "heartbeat"],
  ["nothing.there", "nothing"],
])("%s belongs to %s, and a gateway that does not know it lacks that", async ([method = "", capability]) => {
  expect(capabilityOf(method)).toBe(capability);
  const error = await errorOf(method);
  expect(error).toBeInstanceOf(BlockedError);
  expect(error).toMatchObject({
    capability,
    message: `this gateway has no RPC method \`${method}\`: it lacks \`${capability}\``,
    cause: { code: "rpc-error", message: expect.stringContaining(`unknown method: ${method}`) },
  });
});

test("a method that it does not know either is named, with the one of its own that is near", async () => {
  expect(await errorOf("confg.get")).toMatchObject({
    code: "blocked",
    message: "this gateway has no RPC method `confg.get`; did you mean `config.get`?",
    cause: { code: "rpc-error", hint: "Did you mean `config.get`?" },
  });
});

test("a method that every gateway must have is not excused, and a refusal passes through", async () => {
  expect(await errorOf("config.get")).toMatchObject({ code: "rpc-error", fault: "product" });
  expect(await errorOf("refused")).toMatchObject({ code: "rpc-error" });
  expect(await gateway.call("known")).toEqual({ ok: true });
});

test.for([
  ["embedded", false, "rpc-error"],
  ["embedded", true, "blocked"],
  ["openclaw@2026.4.26", false, "blocked"],
  ["ws://127.0.0.1:18789", false, "blocked"],
] as const)("a method that %s lost, asked for by a foreign scenario: %s", async ([target, foreign, code]) => {
  for (const method of ["tools.effective", "update.run", "gateway.restart.request", "plugins.list"]) {
    const error: unknown = await reach(target, foreign)
      .call(method)
      .catch((failure: unknown) => failure);
    expect(error).toMatchObject({ code });
  }
});

test("everything else of the gateway is there, private members included", () => {
  expect(gateway.token).toBe("secret");
});
