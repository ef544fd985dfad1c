import { expect, test } from "vitest";
import { WatchLoop } from "./loop.ts";

/** A watch whose runs end when the test says so. */
function watching(all: string[] = ["one", "two", "three"]) {
  const runs: { ids: readonly string[]; signal: AbortSignal; end(result?: string): void }[] = [];
  const written: string[] = [];
  const failed: string[] = [];
  let ready = 0;
  const stop = new AbortController();
  const loop = new WatchLoop({
    scenarios: {
      all: () => all,
      concernedBy: async (changed) => new Map(changed.map((path) => [path.replace(/\..*$/, ""), path])),
      failed: () => failed,
      run: (ids, signal) =>
        new Promise((resolve) => {
          runs.push({ ids, signal, end: resolve });
          signal.addEventListener("abort", () => resolve(undefined));
        }),
      getReady: () => {
        ready += 1;
      },
    },
    say: (line) => written.push(line),
    write: (text) => written.push(text),
    shown: (path) => path,
    interrupt: () => stop.abort(),
    signal: stop.signal,
  });
  const press = (keys: string) => {
    for (const text of keys) loop.pressed({ text, name: text === "\r" ? "return" : text, ctrl: false });
  };
  const settled = () => new Promise((resolve) => setImmediate(resolve));
  return { loop, runs, written, failed, press, settled, readied: () => ready };
}

test("runs what is chosen, then what a change concerns, and gets ready in between", async () => {
  const { loop, runs, written, settled, readied, press } = watching();
  const over = loop.run(["one"]);
  runs[0]?.end("1 passed");
  await settled();
  expect(written[0]).toMatch(/^1 passed in \d+ ms$/);
  expect(written[1]).toMatch(/^waiting for a change/);
  expect(readied()).toBe(1);
  await loop.changed(["two.md"]);
  await settled();
  expect(runs[1]?.ids).toEqual(["two"]);
  expect(written[2]).toBe("two.md: 1 scenario");
  press("q");
  await over;
  expect(runs[1]?.signal.aborted).toBe(true);
});

test("a change ends the run that it overtakes, and what has no result yet runs as well", async () => {
  const { loop, runs, press, settled } = watching();
  const over = loop.run(["one"]);
  await loop.changed(["two.md"]);
  await loop.changed(["three.md"]);
  await settled();
  expect(runs.map(({ ids }) => ids)).toEqual([["one"], ["one", "two"], ["one", "two", "three"]]);
  expect(runs.map(({ signal }) => signal.aborted)).toEqual([true, true, false]);
  press("q");
  await over;
});

test("a file that every run writes ends no more than a few of them, until it changes while nothing runs", async () => {
  const { loop, runs, written, press, settled } = watching();
  const over = loop.run(["one"]);
  for (let time = 0; time < 6; time += 1) {
    await loop.changed(["one.log"]);
    await settled();
  }
  expect(runs.map(({ signal }) => signal.aborted)).toEqual([true, true, true, false]);
  expect(written.filter((line) => line.startsWith("one.log is written whenever"))).toHaveLength(1);
  runs.at(-1)?.end();
  await settled();
  await loop.changed(["one.log"]);
  await settled();
  expect(runs).toHaveLength(5);
  press("q");
  await over;
});

test("keys run all, what failed, the same again, and what has a text in its id until that is empty", async () => {
  const { loop, runs, failed, written, press, settled } = watching();
  const over = loop.run(["one"]);
  const next = async (keys: string) => {
    runs.at(-1)?.end("");
    await settled();
    press(keys);
    await settled();
    return runs.at(-1)?.ids;
  };
  expect(await next("a")).toEqual(["one", "two", "three"]);
  runs.at(-1)?.end("");
  await settled();
  const before = runs.length;
  press("f");
  await settled();
  expect([runs.length, written.at(-1)]).toEqual([before, "nothing has failed"]);
  failed.push("three");
  expect(await next("f")).toEqual(["three"]);
  expect(await next("r")).toEqual(["three"]);
  expect(await next("pt\r"), "a pattern").toEqual(["two", "three"]);
  runs.at(-1)?.end("");
  await loop.changed(["one.md"]);
  await settled();
  expect(runs.at(-1)?.ids, "what the pattern leaves out is not run for a change").toEqual(["two", "three"]);
  expect(await next("a")).toEqual(["two", "three"]);
  expect(await next("p\r")).toEqual(["one", "two", "three"]);
  expect(await next("pxyz\r"), "no scenario fits").toEqual(["one", "two", "three"]);
  expect(written).toContain("no scenario has xyz in its id: all are watched");
  loop.pressed({ text: "\u0003", name: "c", ctrl: true });
  await over;
});
