import { expect, test } from "vitest";
import { QaError } from "../../base/errors.ts";
import { judgedBy, rejectAnswer, requireBegun } from "./update.ts";

/** What becomes of an agent's call of `update.run` with this answer. */
function problemOf(toolOutput: string): unknown {
  try {
    return rejectAnswer([
      { plannedToolArgs: { action: "update.run" }, toolOutput: "" },
      { plannedToolArgs: undefined, toolOutput },
    ]);
  } catch (error) {
    return error;
  }
}

test.for([
  'Error: there is no tool "gateway"; available: read',
  "Error: gateway was not run: not by agents",
  "Tool gateway not found",
  "Error: owner_required: chat requester is no longer a configured command owner",
  '{"status":"error","tool":"gateway","error":"Tool restricted to owner senders."}',
  '{"status":"error","tool":"gateway","error":"Gateway instance unavailable for update.run"}',
  '{"ok":false,"result":{"status":"skipped","reason":"not-git-install"}}',
  '{"ok":false,"reason":"owner_required","result":null}',
])("%s is a refusal", (answer) => {
  expect(problemOf(answer)).toMatchObject({ code: "blocked", capability: "self-update" });
});

test.for([
  "Error: x is not a function",
  "Error: wrong arguments for gateway: timeoutMs: must be integer, not string",
  "Error: update.run is not available in this gateway",
  '{"status":"error","tool":"gateway","error":"Gateway instance unavailable for sessions.list"}',
  '{"ok":false,"result":{"status":"error","reason":"install-failed"}}',
  '{"ok":false}',
])("%s is a failure", (answer) => {
  expect(problemOf(answer)).toMatchObject({ code: "update-failed", fault: "product" });
});

test.for([
  "null",
  "[]",
  "",
  "under way",
  '{"ok":true,"result":{"status":"ok"}}',
  '{"ok":false,"reason":"managed-service-handoff-started"}',
])("%s is not an end", (answer) => {
  expect(problemOf(answer)).toBeUndefined();
});

test("what was answered before the call does not count", () => {
  const before = { plannedToolArgs: { action: "update.run" }, toolOutput: "Error: another call" };
  expect(rejectAnswer([before])).toBeUndefined();
});

test("the answer to a client's call says that an update has begun, that none can, or that it failed", () => {
  const of = (answer: object) => () => requireBegun({ ...answer });
  const handedOver = { status: "skipped", reason: "managed-service-handoff-started" };
  expect(of({ ok: true, result: handedOver })).not.toThrow();
  expect(
    of({ ok: false, result: { status: "skipped", reason: "managed-service-handoff-unavailable" } }),
  ).toThrow(expect.objectContaining({ code: "blocked", capability: "self-update" }));
  expect(of({ ok: false, result: { status: "error", reason: "doctor-failed" } })).toThrow(
    expect.objectContaining({ code: "update-failed", fault: "product" }),
  );
  expect(of({ ok: false })).toThrow(expect.objectContaining({ code: "update-failed" }));
});

test("an update that fails on a machine that is too busy is no fault of the product", () => {
  const failed = new QaError("the update ended with error: doctor-failed", {
    code: "update-failed",
    fault: "product",
    details: "doctor: 1",
  });
  expect(judgedBy({ shortage: () => "something waited for a CPU 99 % of the time" }, failed)).toMatchObject({
    ...{ code: "update-failed", fault: "environment", details: "doctor: 1" },
    message: expect.stringContaining("doctor-failed, on a machine that was too busy"),
  });
  expect(judgedBy({ shortage: () => undefined }, failed)).toBe(failed);
  const other = new QaError("no answer", { code: "wait-timeout", fault: "product" });
  expect(judgedBy({ shortage: () => "much" }, other)).toBe(other);
});
