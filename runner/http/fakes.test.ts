import { afterAll, beforeAll, expect, test } from "vitest";
import { Teardown } from "../base/teardown.ts";
import { Wakeups } from "../base/wakeups.ts";
import { startFakes } from "./fakes.ts";

const teardown = new Teardown();
let fakes: Awaited<ReturnType<typeof startFakes>>;
let woken = 0;

beforeAll(async () => {
  const wakeups = new Wakeups();
  wakeups.subscribe(() => {
    woken += 1;
  });
  fakes = await startFakes(
    {
      tides: [
        {
          path: "/v1/tide",
          answers: [{ json: { tide: "rising" } }, { status: 503, headers: { "Retry-After": "1" } }],
        },
        {
          method: "POST",
          path: "/v1/tide",
          status: 201,
          body: "noted",
          headers: { "content-type": "text/csv" },
        },
      ],
    },
    { teardown, wakeups, redact: (text) => text.replaceAll("known-secret", "[redacted]") },
  );
});
afterAll(() => teardown.run(5_000));

const ask = (path: string, init?: RequestInit) => fetch(`${fakes.addresses.tides}${path}`, init);

test("answers come in turn and the last is repeated; what has none gets 404; all of it is recorded", async () => {
  const first = await ask("/v1/tide?place=home&key=known-secret");
  expect([first.status, await first.json()]).toEqual([200, { tide: "rising" }]);
  for (let again = 0; again < 2; again += 1) {
    const { status, headers } = await ask("/v1/tide");
    expect([status, headers.get("retry-after")]).toEqual([503, "1"]);
  }
  const posted = await ask("/v1/tide", {
    method: "POST",
    headers: { authorization: "Bearer known-secret" },
    body: '{"at":"known-secret"}',
  });
  expect([posted.status, posted.headers.get("content-type"), await posted.text()]).toEqual([
    201,
    "text/csv",
    "noted",
  ]);
  const unknown = await ask("/v2", { method: "DELETE" });
  expect([unknown.status, await unknown.json()]).toEqual([
    404,
    { error: "the fake of tides has no answer for DELETE /v2" },
  ]);
  expect(woken).toBe(5);
  expect(fakes.requests).toMatchObject([
    {
      service: "tides",
      method: "GET",
      path: "/v1/tide",
      query: { place: "home", key: "[redacted]" },
      status: 200,
    },
    { status: 503, query: {}, body: "" },
    { status: 503, answered: true },
    {
      method: "POST",
      headers: { authorization: "Bearer [redacted]" },
      json: { at: "[redacted]" },
      status: 201,
    },
    { method: "DELETE", path: "/v2", status: 404, answered: false },
  ]);
});

test("who does not know the address gets no answer, and is not recorded", async () => {
  const { port } = new URL(fakes.addresses.tides ?? "");
  const before = fakes.requests.length;
  for (const [url, init] of [
    [`http://127.0.0.1:${port}/tides/v1/tide`, {}],
    [`http://127.0.0.1:${port}/${"x".repeat(32)}/tides/v1/tide`, {}],
    [`http://localhost:${port}${new URL(fakes.addresses.tides ?? "").pathname}/v1/tide`, {}],
    [`${fakes.addresses.tides}/v1/tide`, { headers: { origin: "http://evil.example" } }],
  ] as const) {
    // Of localhost, another family may refuse the connection.
    const status = await fetch(url, init).then(
      (response) => response.status,
      () => 403,
    );
    expect(status, url).toBe(403);
  }
  const nobody = await fetch((fakes.addresses.tides ?? "").replace(/tides$/, "moons"));
  expect(nobody.status).toBe(404);
  expect(fakes.requests).toHaveLength(before);
});
