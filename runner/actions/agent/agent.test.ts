import { expect, onTestFinished, test } from "vitest";
import { setSlowFactor, slowFactor } from "../../base/slow.ts";
import type { ActionContext } from "../context.ts";
import { waitForRun } from "./agent.ts";

test("the gateway waits for a turn as much longer as the machine is slower", async () => {
  const usual = slowFactor();
  onTestFinished(() => setSlowFactor(usual));
  setSlowFactor(4);
  const asked: unknown[] = [];
  const call = async (...args: unknown[]) => {
    asked.push(args);
    return { status: "ok" };
  };
  await waitForRun({ call } as unknown as ActionContext, "run", 30_000);
  expect(asked).toEqual([["agent.wait", { runId: "run", timeoutMs: 120_000 }, { timeoutMs: 35_000 }]]);
});
