import fc from "fast-check";
import { describe, expect, it, test } from "vitest";
import { BlockedError, QaError, SkipError } from "../../../base/errors.ts";
import { Secrets } from "../../../base/secrets/secrets.ts";
import { toRpcError } from "../../../gateway/rpc/errors.ts";
import { packError, unpackError } from "./errors.ts";
import { encodeFrame, FrameReader } from "./frames.ts";
import { MEMBERS, memberKind } from "./members.ts";

describe("frames", () => {
  it("come out as they went in, wherever the stream is cut", () => {
    const value = fc.oneof(fc.string(), fc.object({ withMap: true, withDate: true, withBigInt: true }));
    fc.assert(
      fc.property(
        fc.array(value),
        fc.array(fc.nat(), { maxLength: 8 }),
        fc.boolean(),
        (values, cuts, keyed) => {
          const key = keyed ? Buffer.from("a key") : undefined;
          const stream = Buffer.concat(values.map((each) => encodeFrame(each, key)));
          const reader = key ? new FrameReader(key.length, (bytes) => key.equals(bytes)) : new FrameReader();
          const places = [0, ...cuts.map((cut) => cut % (stream.length + 1)), stream.length].sort(
            (a, b) => a - b,
          );
          const read = places.flatMap((place, index) => [
            ...reader.push(stream.subarray(place, places[index + 1] ?? place)),
          ]);
          expect(read).toEqual(values);
        },
      ),
    );
  });

  test.for([
    ["another key", encodeFrame("pass", Buffer.from("wrong"))],
    ["no key", encodeFrame({ type: "ended", end: { verdict: "passed", cleanupProblems: [], leaks: [] } })],
    ["a length beyond all measure", Buffer.concat([Buffer.from("a key"), Buffer.from([255, 255, 255, 255])])],
  ] as const)("with %s are refused", ([, bytes]) => {
    const key = Buffer.from("a key");
    const reader = new FrameReader(key.length, (head) => key.equals(head));
    expect([...reader.push(encodeFrame("before", key))]).toEqual(["before"]);
    expect(() => [...reader.push(bytes)]).toThrow(/message/);
  });
});

describe("an error on its way", () => {
  const travel = (error: unknown) => unpackError(structuredClone(packError(error)));

  test.for([
    new QaError("a wait", { code: "wait-timeout", fault: "product", hint: "wait longer", details: "seen" }),
    new SkipError("not today", "tomorrow"),
    new BlockedError("cron", "it has no clock"),
    toRpcError(
      "config.patch",
      { code: "UNAVAILABLE", message: "later", retryable: true, retryAfterMs: 5, details: { at: ["a", 1] } },
      new Secrets([]),
    ),
    new TypeError("x is not a function"),
    Object.assign(new Error("gone"), { code: "ENOENT", path: "/nowhere" }),
    new Error("outer", { cause: new QaError("inner", { code: "rpc-closed", fault: "product" }) }),
  ])("stays what it is: $name", (error) => {
    const arrived = travel(error);
    expect(arrived).toBeInstanceOf(error.constructor);
    expect(arrived).toEqual(error);
    expect(arrived).toMatchObject({ ...error, name: error.name, message: error.message, stack: error.stack });
  });

  it("need not be an error, nor be made of what can be copied", () => {
    expect(travel("stop")).toBe("stop");
    expect(travel(null)).toBe(null);
    expect(travel(Object.assign(new Error("odd"), { run: () => 1 }))).toMatchObject({
      message: "odd",
      run: expect.stringContaining("Function"),
    });
    expect(travel(new DOMException("cut off", "AbortError"))).toMatchObject({
      name: "AbortError",
      message: "cut off",
    });
  });
});

test("an attempt can ask for the members of the table, and for nothing else", () => {
  expect(memberKind("gateway", "call")).toBe("later");
  for (const [part, members] of Object.entries(MEMBERS)) {
    for (const name of ["constructor", "toString", "onCrash", "wakeups", "holdNextContinuation"]) {
      expect(Object.keys(members)).not.toContain(name);
      expect(memberKind(part, name)).toBeUndefined();
    }
  }
  expect(memberKind("constructor", "call")).toBeUndefined();
});
