import { expect, test } from "vitest";
import type { Hello } from "../rpc/socket.ts";
import { RemoteBoots } from "./remote-boots.ts";

const SERVICE_RESTART = 1012;
const ABNORMAL = 1006;

function hello(receivedAt: number, uptimeMs: number | undefined, bootId?: string): Hello {
  return {
    protocol: 3,
    version: "1",
    bootId,
    buildId: undefined,
    uptimeMs,
    receivedAt,
    methods: new Set(),
  };
}

test("a gateway that names its boot is believed", () => {
  const boots = new RemoteBoots();
  boots.connected(hello(1000, 500, "one"));
  expect(boots.bootId).toBe("one");
  boots.closed(ABNORMAL);
  boots.connected(hello(1100, 600, "two"));
  expect(boots.bootId).toBe("two");
});

test("else a dropped connection is the same boot, an announced restart and a younger process are others", () => {
  const boots = new RemoteBoots();
  const first = hello(10_000, 6000);
  boots.connected(first);
  boots.connected(first);
  const { bootId } = boots;
  expect(bootId).toBe("1970-01-01T00:00:04.000Z+0");

  boots.closed(ABNORMAL);
  // The answer took 40 ms longer this time.
  boots.connected(hello(12_040, 8000));
  expect(boots.bootId).toBe(bootId);

  boots.closed(SERVICE_RESTART);
  boots.connected(hello(13_000, 8960));
  expect(boots.bootId).toBe("1970-01-01T00:00:04.000Z+1");

  boots.closed(ABNORMAL);
  boots.connected(hello(20_000, 300));
  expect(boots.bootId).toBe("1970-01-01T00:00:04.000Z+2");
});

test("a restart that was announced counts even where no uptime is reported", () => {
  const boots = new RemoteBoots();
  boots.connected(hello(5000, undefined));
  boots.closed(ABNORMAL);
  boots.connected(hello(6000, undefined));
  expect(boots.bootId).toMatch(/\+0$/);
  boots.closed(SERVICE_RESTART);
  boots.connected(hello(7000, undefined));
  expect(boots.bootId).toMatch(/\+1$/);
});
